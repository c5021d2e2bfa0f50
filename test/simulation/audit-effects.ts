import { type Decision, type Message, type TerminalEvent, decodeMessage } from "../../src/history/index.ts";
import type { TurnCommit } from "../../src/providers/contract.ts";
import type { AuditedTurn, TurnFacts } from "./audit-turn.ts";
import { mailboxes } from "./program.ts";
import type { ShadowInstance } from "./shadow.ts";

/** Checks that a commit does what its events say, and no more; and does it to the shadow. */
export function auditEffects(audited: AuditedTurn, facts: TurnFacts): void {
  const { instance, turn, shadow, storeNow, check } = audited;
  const { executionId } = turn;
  const { made, end } = facts;
  const isOpen = (decision: Decision) => end === null && instance.open.has(decision.eventId);
  const decisions = made.size === 0 ? none : facts.events.filter((event): event is Decision => made.has(event.eventId));
  const activityId = (eventId: number) => `${instance.runId}.${executionId}.${eventId}`;

  const scheduled: string[] = [];
  const timed: string[] = [];
  for (const decision of decisions) {
    if (!isOpen(decision)) continue;
    if (decision.kind === "ActivityScheduled") scheduled.push(activityId(decision.eventId));
    if ("dueAt" in decision) timed.push(String(decision.eventId));
  }
  same("work", scheduled, turn.work, ({ id }) => id);
  same("timers", timed, turn.timers, ({ eventId }) => String(eventId));
  if (end === null) {
    const givenUp: string[] = [];
    const untimed: string[] = [];
    for (const { decision, by } of facts.closed) {
      if (made.has(decision.eventId)) continue;
      if (decision.kind === "ActivityScheduled" && by !== "completion") givenUp.push(activityId(decision.eventId));
      const wasTimed = "dueAt" in decision && by !== "timeLimit";
      if (wasTimed && !(decision.kind === "TimerCreated" && by === "completion")) {
        untimed.push(String(decision.eventId));
      }
    }
    same("cancelled work", givenUp, turn.cancelledWork, (id) => id);
    same("cancelled timers", untimed, turn.cancelledTimers, String);
  }
  checkStarts(audited, decisions, isOpen);
  check(turn.closes === (end !== null), "H2", () => `closes: ${turn.closes}, and its last event is ${end?.kind}`);
  const continues = end?.kind === "OrchestrationContinuedAsNew";
  check(turn.nextExecutionId === (continues ? executionId + 1 : null), "E5", () => `next: ${turn.nextExecutionId}`);
  if (end !== null) {
    const messages = turn.messages.map((message) => ({ ...message, decoded: decodeMessage(message) }));
    checkEnd(audited, end, messages);
  }

  for (const item of turn.work) {
    const row = { owner: null, delivery: 0, isOnTrial: false, lost: 0, failures: 0, visibleAt: storeNow };
    const { id, queue, name, startBy } = item;
    shadow.work.set(id, { id, queue, name, startBy, instance, executionId, ...row });
  }
  for (const timer of turn.timers) shadow.createTimer({ ...timer, instance, executionId });
  for (const id of turn.cancelledWork) shadow.work.delete(id);
  for (const eventId of turn.cancelledTimers) shadow.removeTimer({ instance, executionId, eventId });
  if (turn.closes) shadow.removeRows(instance);
  for (const start of turn.starts) {
    if (shadow.start(start) === "exists" && start.onConflict !== null) shadow.send(start.onConflict);
  }
  for (const message of turn.messages) shadow.send(message);
  project(audited, end);
  if (!instance.hasEnded) checkOpenOperations(audited, instance);

  function same<T>(what: string, expected: string[], actual: readonly T[], idOf: (one: T) => string): void {
    if (expected.length + actual.length === 0) return;
    const wanted = expected.toSorted().join(" ");
    const got = actual.map(idOf).toSorted().join(" ");
    check(wanted === got, "H3", () => `${what} should be [${wanted}], and are [${got}]`);
  }
}

const none: readonly Decision[] = [];

function checkStarts({ turn, instance, check }: AuditedTurn, decisions: readonly Decision[], isOpen: IsOpen): void {
  if (decisions.length + turn.starts.length === 0) return;
  const starts = new Map(turn.starts.map((start) => [start.instanceId, start]));
  check(starts.size <= decisions.length, "H3", () => "it starts what it did not decide to start");
  for (const decision of decisions) {
    if (decision.kind === "OrchestrationStartRequested") {
      const start = starts.get(decision.instanceId);
      check(start !== undefined && start.parent === null, "H3", () => `detached ${decision.instanceId} is not started`);
    }
    if (decision.kind === "SubOrchestrationScheduled" && isOpen(decision)) {
      const link = starts.get(decision.instanceId)?.parent;
      const isLinked =
        link?.instanceId === instance.instanceId &&
        link.runId === instance.runId &&
        link.executionId === turn.executionId &&
        link.eventId === decision.eventId;
      check(isLinked, "E3", () => `child ${decision.instanceId} is not started, or with another parent`);
    }
  }
}

type IsOpen = (decision: Decision) => boolean;
type SentMessage = TurnCommit["messages"][number] & { readonly decoded: Message };

function checkEnd({ instance, turn, check }: AuditedTurn, end: TerminalEvent, messages: readonly SentMessage[]): void {
  if (end.kind === "OrchestrationContinuedAsNew") {
    const [start] = messages.flatMap(({ decoded }) => (decoded.kind === "Start" ? [decoded] : []));
    const isNext = start !== undefined && start.executionId === turn.executionId + 1 && start.payload === end.payload;
    check(isNext, "E5", () => "the next execution is not started");
    check(start?.parent?.eventId === instance.parent?.eventId, "E3", () => "the next execution has another parent");
    const arrived = [...instance.mailboxes].flatMap(([mailbox, payloads]) =>
      payloads.map((payload) => ({ mailbox, payload })),
    );
    // Those that came with the start, and for which it ended too early.
    const unreceived = [...arrived, ...instance.carried];
    const carried = (start?.carried ?? []).map(({ mailbox, payload }) => ({ mailbox, payload }));
    const inOrder = (of: typeof carried) =>
      mailboxes.map((name) => of.filter(({ mailbox }) => mailbox === name).map(({ payload }) => payload));
    const [wanted, got] = [JSON.stringify(inOrder(unreceived)), JSON.stringify(inOrder(carried))];
    check(wanted === got, "E5", () => `carries ${got}, not ${wanted}`);
    instance.carried = carried;
    return;
  }
  const { parent } = instance;
  const told = messages.filter(({ decoded: { kind } }) => kind.startsWith("SubOrchestration"));
  check(told.length >= (parent === null ? 0 : 1), "E3", () => "its parent is not told");
  const isTold = told.some(
    ({ instanceId, decoded }) =>
      instanceId === parent?.instanceId &&
      "scheduledId" in decoded &&
      decoded.scheduledId === parent.eventId &&
      decoded.executionId === parent.executionId &&
      ("payload" in end ? "payload" in decoded && decoded.payload === end.payload : "failure" in decoded),
  );
  check(parent === null || isTold, "E3", () => "its parent is not told how it ended");
}

function project({ instance, turn, check }: AuditedTurn, end: TerminalEvent | null): void {
  if (turn.projection?.status != null) instance.status = turn.projection.status;
  if (turn.nextExecutionId !== null) {
    instance.executionId = turn.nextExecutionId;
    instance.rows = [];
    instance.executions.push([]);
    instance.open = new Map();
    instance.mailboxes = new Map();
    instance.isCancelled = false;
  }
  if (turn.release) {
    instance.owner = null;
    instance.quarantine = turn.quarantine;
    const isCrashed = turn.quarantine?.includes("times without a commit") ?? true;
    check(isCrashed, "E9", () => `quarantined: ${turn.quarantine}`);
  }
  if (end === null || end.kind === "OrchestrationContinuedAsNew") return;
  check(instance.hasEnded && instance.status === statusAfter(end), "M2", () => `${instance.status} after ${end.kind}`);
  instance.queue = [];
  instance.open = new Map();
}

function statusAfter(end: TerminalEvent): string {
  switch (end.kind) {
    case "OrchestrationCompleted":
      return "completed";
    case "OrchestrationFailed":
      return "failed";
    case "OrchestrationCancelled":
      return "cancelled";
    case "ExecutionEnded":
      return end.status;
    case "OrchestrationContinuedAsNew":
      return "running";
  }
}

/**
 * Everything that an instance waits for is on its way, exactly once: in a queue, in a timer, or in another instance.
 */
function checkOpenOperations({ shadow, check }: AuditedTurn, instance: ShadowInstance): void {
  const coming = new Map<number, number>();
  const fired = new Set<number>();
  for (const { decoded } of instance.queue) {
    if (!("scheduledId" in decoded) || decoded.executionId !== instance.executionId) continue;
    if (decoded.kind === "TimerFired") fired.add(decoded.scheduledId);
    else coming.set(decoded.scheduledId, (coming.get(decoded.scheduledId) ?? 0) + 1);
  }
  for (const decision of instance.open.values()) {
    const { eventId } = decision;
    const queued = coming.get(eventId) ?? 0;
    const what = () => `event ${eventId}, ${decision.kind}, is on its way ${queued} times in messages, and`;
    if ("dueAt" in decision && decision.dueAt !== undefined) {
      const hasTimer = shadow.hasTimer({ instance, executionId: instance.executionId, eventId });
      check(hasTimer !== fired.has(eventId), "H3", () => `${what()} has a timer: ${hasTimer}`);
    }
    if (decision.kind === "ActivityScheduled") {
      const hasWork = shadow.work.has(`${instance.runId}.${instance.executionId}.${eventId}`);
      check(queued + (hasWork ? 1 : 0) === 1, "H3", () => `${what()} has a work item: ${hasWork}`);
    }
    if (decision.kind === "SubOrchestrationScheduled" && queued !== 1) {
      const child = shadow.instances.get(decision.instanceId);
      const isRunning = child !== undefined && !child.hasEnded && child.parent?.eventId === eventId;
      check(queued === 0 && isRunning, "E3", () => `${what()} its child is running: ${isRunning}`);
    }
  }
}
