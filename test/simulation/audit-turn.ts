import {
  type Decision,
  type HistoryEvent,
  type Message,
  type TerminalEvent,
  completes,
  decodeEvent,
  isDecision,
  isScheduling,
  isTerminal,
} from "../../src/history/index.ts";
import type { TurnCommit, TurnOutcome } from "../../src/providers/contract.ts";
import type { Ledger } from "./activities.ts";
import { auditEffects } from "./audit-effects.ts";
import type { Coverage } from "./coverage.ts";
import { activityResult, wokenTooEarly } from "./interpret.ts";
import type { Shadow, ShadowInstance } from "./shadow.ts";

type Check = (holds: boolean, rule: string, what: () => string) => void;

export interface AuditedTurn {
  readonly shadow: Shadow;
  readonly instance: ShadowInstance;
  readonly turn: TurnCommit;
  readonly outcome: TurnOutcome;
  readonly storeNow: number;
  readonly ledger: Ledger;
  readonly coverage: Coverage;
  readonly check: Check;
}

/** An operation that ended in the turn. */
interface Closing {
  readonly decision: Decision;
  readonly by: "completion" | "timeLimit" | "signal" | "cancel";
}

/** What the events of a turn say has happened, and has to be true of the rest of its commit. */
export interface TurnFacts {
  readonly events: readonly HistoryEvent[];
  readonly end: TerminalEvent | null;
  readonly made: ReadonlySet<number>;
  readonly closed: readonly Closing[];
}

/** Checks a turn that was committed against all that was before, and takes it into the shadow. */
export function auditTurn(audited: AuditedTurn): void {
  const { shadow, instance, turn, check } = audited;
  const inbox = takeAcked(audited);
  const waitsBefore = inbox.messages.some(({ kind }) => kind === "EventRaised") ? openWaits(instance) : noWaits;
  const facts = takeEvents(audited, inbox);
  judgeDropped(audited, inbox, facts, waitsBefore);
  for (const { id } of turn.ackedWork) shadow.work.delete(id);
  auditEffects(audited, facts);
  instance.lastTurnId = turn.turnId;
  instance.turns += 1;
  if (turn.events.length > 0) instance.emptyTurns.clear();
  else if (turn.messages.length === 0 && !turn.release) instance.emptyTurns.add(turn.turnId);
  check(instance.status !== "pending" || turn.events.length === 0, "M2", () => "pending after its first event");
}

interface Inbox {
  /** Not yet seen in an event. */
  readonly messages: Message[];
  readonly fused: Set<number>;
}

function takeAcked({ instance, turn, shadow, check }: AuditedTurn): Inbox {
  const messages: Message[] = [];
  for (const token of turn.ackedMessages) {
    const index = instance.queue.findIndex((message) => message.token === token);
    check(index >= 0, "Q4", () => `acked message ${token}, which it was not given or has acked before`);
    const [message] = index < 0 ? [] : instance.queue.splice(index, 1);
    if (message !== undefined) messages.push(message.decoded);
  }
  const fused = new Set<number>();
  for (const { id } of turn.ackedWork) {
    const item = shadow.work.get(id);
    check(item?.instance === instance, "E1", () => `acked the work item ${id}, which is another's`);
    fused.add(Number(id.split(".")[2]));
  }
  return { messages, fused };
}

function takeEvents(audited: AuditedTurn, inbox: Inbox): TurnFacts {
  const { instance, turn, coverage, check } = audited;
  const events = turn.events.map(decodeEvent);
  const closed: Closing[] = [];
  const made = new Set<number>();
  let end: TerminalEvent | null = null;
  for (const [index, event] of events.entries()) {
    const what = () => `event ${event.eventId}, ${event.kind}`;
    const history = instance.executions.at(-1) as HistoryEvent[];
    coverage.event(event.kind);
    check(event.eventId === instance.lastEventId + 1, "H1", () => `${what()} is not the next`);
    check((event.kind === "OrchestrationStarted") === (event.eventId === 1), "H2", what);
    check(end === null, "H2", () => `${what()} after the end`);
    check(event.at >= (history.at(-1)?.at ?? 0), "H1", () => `${what()} goes back in time`);
    if ("failure" in event) check(isRightful(event.failure), "E9", () => `${what()}: ${JSON.stringify(event.failure)}`);
    instance.rows.push(turn.events[index] as TurnCommit["events"][number]);
    history.push(event);
    if (isDecision(event)) decide(audited, event, { made, closed });
    else receive(audited, event, inbox, closed);
    if (isTerminal(event)) end = event;
  }
  return { events, end, made, closed };
}

/** Nothing that goes wrong in these worlds may ever be taken for a fault of an orchestration, or of what is stored. */
function isRightful({ message, code }: { readonly message: string; readonly code?: string }): boolean {
  return !(code !== undefined && faults.has(code)) && message !== wokenTooEarly;
}

const faults: ReadonlySet<string> = new Set([
  "NONDETERMINISM",
  "FOREIGN_AWAIT",
  "OUTSIDE_TURN",
  "CORRUPT_HISTORY",
  "CORRUPT_PAYLOAD",
  "SCHEMA_VERSION",
  "LIMIT_EXCEEDED",
  "INVALID_ARGUMENT",
  "STORAGE",
  "CLOSED",
]);

function decide(
  { instance, check }: AuditedTurn,
  event: Decision,
  { made, closed }: { readonly made: Set<number>; readonly closed: Closing[] },
): void {
  made.add(event.eventId);
  if (isScheduling(event)) {
    instance.open.set(event.eventId, event);
    if (event.kind === "ReceiveOpened") handOver(instance, event.mailbox, closed);
  }
  if (event.kind !== "OperationCancelled") return;
  const decision = instance.open.get(event.scheduledId);
  check(decision !== undefined, "H3", () => `event ${event.scheduledId} was cancelled, and is not open`);
  if (decision !== undefined) close(instance, decision, event.cause, closed);
}

function close(instance: ShadowInstance, decision: Decision, by: Closing["by"], closed: Closing[]): void {
  instance.open.delete(decision.eventId);
  closed.push({ decision, by });
}

/** The oldest message of a mailbox goes to the oldest who waits for it. */
function handOver(instance: ShadowInstance, mailbox: string, closed: Closing[]): void {
  const waiting = instance.mailboxes.get(mailbox) ?? [];
  if (waiting.length === 0) return;
  for (const decision of instance.open.values()) {
    if (decision.kind !== "ReceiveOpened" || decision.mailbox !== mailbox) continue;
    waiting.shift();
    return close(instance, decision, "completion", closed);
  }
}

function receive(audited: AuditedTurn, event: HistoryEvent, inbox: Inbox, closed: Closing[]): void {
  const { instance, check } = audited;
  const isFrom = (explained: boolean) =>
    check(explained, "H4", () => `event ${event.eventId}, ${event.kind}, is not from any message that was acked`);
  switch (event.kind) {
    case "OrchestrationStarted": {
      const start = take(inbox, (message) => message.kind === "Start" && message.executionId === event.executionId);
      isFrom(start !== undefined || event.version === "*");
      check(event.runId === instance.runId && event.executionId === instance.executionId, "E5", () => "its start");
      check(event.parent?.eventId === instance.parent?.eventId, "E3", () => "its start has another parent");
      const carried = start?.kind === "Start" ? (start.carried ?? []) : [];
      check(JSON.stringify(carried.map(briefly)) === JSON.stringify(instance.carried), "E5", () => "carried messages");
      return;
    }
    case "ActivityCompleted":
    case "ActivityFailed":
    case "SubOrchestrationCompleted":
    case "SubOrchestrationFailed":
    case "TimerFired": {
      const { executionId } = instance;
      const message = take(
        inbox,
        (one) => one.kind === event.kind && one.scheduledId === event.scheduledId && one.executionId === executionId,
      );
      isFrom(message === undefined ? inbox.fused.delete(event.scheduledId) : isSame(message, event));
      return complete(audited, event, closed);
    }
    case "EventRaised": {
      isFrom(take(inbox, (one) => one.kind === event.kind && one.payload === event.payload) !== undefined);
      const waits = [...instance.open.values()].filter(
        (one) => one.kind === "EventWaitOpened" && one.name === event.name,
      );
      check(waits.length > 0, "H4", () => `event "${event.name}" was recorded, and nobody waits for it`);
      for (const decision of waits) close(instance, decision, "completion", closed);
      return;
    }
    case "MessageArrived": {
      const carried = instance.carried.shift();
      // In the order of their arrival: the first that was acked, and no other.
      const first = carried ?? take(inbox, (one) => one.kind === event.kind);
      isFrom(first !== undefined && "mailbox" in first && isSame(first, event) && first.mailbox === event.mailbox);
      instance.mailboxes.set(event.mailbox, [...(instance.mailboxes.get(event.mailbox) ?? []), event.payload]);
      return handOver(instance, event.mailbox, closed);
    }
    case "CancelRequested":
      isFrom(take(inbox, (one) => one.kind === event.kind) !== undefined);
      check(!instance.isCancelled, "E4", () => "cancelled twice");
      instance.isCancelled = true;
      return;
    default:
  }
}

const briefly = ({ mailbox, payload }: { readonly mailbox: string; readonly payload: string }) => ({
  mailbox,
  payload,
});

function take(inbox: Inbox, fits: (message: Message) => boolean): Message | undefined {
  const index = inbox.messages.findIndex(fits);
  return index < 0 ? undefined : inbox.messages.splice(index, 1)[0];
}

function isSame(message: object, event: object): boolean {
  const { payload, failure } = message as { payload?: string; failure?: unknown };
  const recorded = event as { payload?: string; failure?: unknown };
  return payload === recorded.payload && JSON.stringify(failure) === JSON.stringify(recorded.failure);
}

type Completion = Extract<HistoryEvent, { readonly scheduledId: number }>;

function complete(audited: AuditedTurn, event: Exclude<Completion, Decision>, closed: Closing[]): void {
  const { instance, ledger, storeNow, check } = audited;
  const decision = instance.open.get(event.scheduledId);
  const what = () => `event ${event.eventId}, ${event.kind}, for event ${event.scheduledId}`;
  check(decision !== undefined, "E1", () => `${what()}, which is not open`);
  if (decision === undefined) return;
  check(completes[event.kind]?.includes(decision.kind) === true, "H4", what);
  if (event.kind === "TimerFired") {
    const dueAt = "dueAt" in decision ? decision.dueAt : undefined;
    const isDue = dueAt !== undefined && event.at >= dueAt && storeNow >= dueAt;
    check(isDue, "E2", () => `${what()}, due at ${dueAt}, recorded at ${event.at} when it was ${storeNow}`);
  }
  if (event.kind === "ActivityCompleted" && decision.kind === "ActivityScheduled") {
    const id = `${instance.runId}.${instance.executionId}.${event.scheduledId}`;
    check(ledger.completed.has(id), "E1", () => `${what()} has never run`);
    const result = activityResult(decision.name, Number(decision.payload));
    check(event.payload === String(result), "E1", () => `${what()} gave ${event.payload} instead of ${result}`);
  }
  const isLimit = event.kind === "TimerFired" && decision.kind !== "TimerCreated";
  close(instance, decision, isLimit ? "timeLimit" : "completion", closed);
}

const noWaits: ReadonlyMap<number, string> = new Map();

const openWaits = (instance: ShadowInstance): Map<number, string> =>
  new Map(
    [...instance.open.values()].flatMap((one) => (one.kind === "EventWaitOpened" ? [[one.eventId, one.name]] : [])),
  );

/** Messages may be acked without being recorded only when they have nothing to act on. */
function judgeDropped(
  audited: AuditedTurn,
  inbox: Inbox,
  facts: TurnFacts,
  waitsBefore: ReadonlyMap<number, string>,
): void {
  const { instance, turn, coverage, check } = audited;
  const isOver = facts.end !== null && facts.end.kind !== "OrchestrationContinuedAsNew";
  const lost = (holds: boolean, message: Message) =>
    check(holds, "Q4", () => `a message was acked and had no effect: ${JSON.stringify(message)}`);
  for (const scheduledId of inbox.fused) {
    lost(facts.end !== null || !instance.open.has(scheduledId), { kind: "fused", scheduledId } as unknown as Message);
  }
  for (const message of inbox.messages) {
    coverage.count(`dropped: ${message.kind}`);
    switch (message.kind) {
      case "MessageArrived":
        lost(isOver, message);
        break;
      case "EventRaised": {
        const isStillWaiting = [...waitsBefore].some(([id, name]) => name === message.name && instance.open.has(id));
        lost(isOver || !isStillWaiting, message);
        break;
      }
      case "CancelRequested":
        lost(isOver || instance.isCancelled || !isOwnParent(instance, message.from), message);
        break;
      case "TerminateRequested":
        lost(isOver || !isOwnParent(instance, message.from), message);
        break;
      case "Start":
        lost(message.runId !== instance.runId || turn.lastEventId > 0 || isOver, message);
        break;
      case "ActivityCompleted":
      case "ActivityFailed":
      case "TimerFired":
      case "SubOrchestrationCompleted":
      case "SubOrchestrationFailed": {
        const isForThis = message.runId === instance.runId && message.executionId === turn.executionId;
        lost(isOver || facts.end !== null || !isForThis || !instance.open.has(message.scheduledId), message);
      }
    }
  }
}

function isOwnParent(
  { parent }: ShadowInstance,
  from: { readonly eventId: number; readonly runId: string } | undefined,
) {
  return from === undefined || (from.eventId === parent?.eventId && from.runId === parent.runId);
}
