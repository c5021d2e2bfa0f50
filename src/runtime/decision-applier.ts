import { startHandler } from "../definition/index.ts";
import {
  type ActivityScheduled,
  type CarriedMessage,
  type Message,
  type OrchestrationStartRequested,
  type ParentLink,
  type SubOrchestrationScheduled,
  encodeMessage,
} from "../history/index.ts";
import type { Host } from "../host/index.ts";
import { InstanceExistsError, errorToFailure } from "../errors/index.ts";
import type { NewInstance, NewMessage, NewTimer, NewWorkItem, StateChange, TurnCommit } from "../providers/contract.ts";
import type { ClosedOperation, ReplayEngine, Turn } from "../replay/index.ts";
import { address, endExecution } from "./execution-end.ts";
import { timerPartition } from "./timer-partition.ts";
import { activityId, encodeWork } from "./work-body.ts";

export type Effects = Pick<
  TurnCommit,
  | "state"
  | "work"
  | "timers"
  | "starts"
  | "messages"
  | "cancelledWork"
  | "cancelledTimers"
  | "closes"
  | "nextExecutionId"
  | "projection"
>;

export interface TurnContext {
  readonly host: Host;
  readonly instanceId: string;
  /** What a node must have to take the instance, as it is stored. */
  readonly handler: string;
  /** The turn in which the execution starts. */
  readonly isFirst: boolean;
  /** W3C traceparent of the turn, if somebody traces it. */
  readonly trace?: string | undefined;
  /** Mailbox messages that came with the start, and that the execution ended too early to record. */
  readonly undelivered: readonly CarriedMessage[];
}

/**
 * Turns what an engine's turn decided into queue items, for the same commit that records the decisions. Nets out: what
 * was both scheduled and given up in this turn, or is closed by its end, is never put into a queue.
 */
export function applyDecisions(engine: ReplayEngine, turn: Turn, context: TurnContext): Effects {
  const { instanceId, isFirst } = context;
  const { started } = engine;
  const here = { instanceId, runId: started.runId, executionId: started.executionId };
  const end = turn.outcome.kind === "ended" ? turn.outcome.event : null;
  const firstEventId = turn.events[0]?.eventId ?? Infinity;
  const closedHere = closedIn(turn, firstEventId);

  const work: NewWorkItem[] = [];
  const timers: NewTimer[] = [];
  const starts: NewInstance[] = [];
  const state: StateChange[] = [];
  let customStatus: string | null = null;
  for (const decision of turn.decisions) {
    if (decision.kind === "CustomStatusSet") customStatus = decision.payload;
    if (decision.kind === "StateSet") state.push({ key: decision.key, payload: decision.payload });
    if (decision.kind === "StateDeleted") state.push({ key: decision.key, payload: null });
    if (decision.kind === "OrchestrationStartRequested") starts.push(newInstance(context, decision, null));
    if (decision.kind === "SubOrchestrationScheduled" && isStarted(decision))
      starts.push(newChild(context, here, decision));
    if (end !== null || closedHere.has(decision.eventId)) continue;
    if (decision.kind === "ActivityScheduled") work.push(workItem(here, decision, context.trace));
    if ("dueAt" in decision && decision.dueAt !== undefined) timers.push(timer(here, decision.eventId, decision.dueAt));
  }

  const messages: NewMessage[] = [];
  const cancelledWork: string[] = [];
  const cancelledTimers: number[] = [];
  for (const operation of turn.closed) {
    if (operation.eventId >= firstEventId) continue;
    const isGivenUp = operation.by !== "completion";
    if (isGivenUp && operation.kind === "SubOrchestrationScheduled")
      messages.push(...messageToGivenUp(here, operation));
    // The end takes them all.
    if (end !== null) continue;
    if (isGivenUp && operation.kind === "ActivityScheduled") cancelledWork.push(activityId(here, operation.eventId));
    if (leavesTimer(operation)) cancelledTimers.push(operation.eventId);
  }
  const ended =
    end === null
      ? null
      : endExecution({
          ...here,
          parent: started.parent ?? null,
          openChildren: engine
            .openOperations()
            .filter(({ kind, eventId }) => kind === "SubOrchestrationScheduled" && eventId < firstEventId),
          end,
          carried: {
            started,
            customStatus: engine.customStatus,
            unreceived: [...engine.unreceived(), ...context.undelivered],
            state: engine.state.entries(),
          },
        });
  if (ended !== null) messages.push(...ended.messages);

  return {
    state,
    work,
    timers,
    starts,
    messages,
    cancelledWork,
    cancelledTimers,
    closes: ended !== null,
    nextExecutionId: ended?.nextExecutionId ?? null,
    projection: projection(),
  };

  // A child that this very turn gives up is never started; one that is to outlive its parent is.
  function isStarted(child: SubOrchestrationScheduled): boolean {
    if (closedHere.has(child.eventId)) return false;
    return end === null || child.onParentEnd === "abandon";
  }

  // A start that asked for the exact version has pinned it already.
  function pinnedHandler(): string | null {
    const handler = startHandler(started.name, started.version);
    return handler === context.handler ? null : handler;
  }

  function projection(): Effects["projection"] {
    const first = isFirst
      ? { status: "running" as const, version: started.version, handler: pinnedHandler() }
      : { status: null, version: null, handler: null };
    const changed = { ...first, status: ended?.status ?? first.status, handler: ended?.handler ?? first.handler };
    const isUnchanged = changed.status === null && changed.handler === null && customStatus === null && ended === null;
    return isUnchanged
      ? null
      : { ...changed, customStatus: customStatus ?? (isFirst ? (started.customStatus ?? null) : null) };
  }
}

const none: ReadonlySet<number> = new Set();

/** What was scheduled in this very turn and has ended in it. */
function closedIn({ closed }: Turn, firstEventId: number): ReadonlySet<number> {
  const ids = closed.filter(({ eventId }) => eventId >= firstEventId).map(({ eventId }) => eventId);
  return ids.length === 0 ? none : new Set(ids);
}

/** The timer of an operation is still there, unless it is what has ended it. */
const leavesTimer = ({ kind, dueAt, by }: ClosedOperation): boolean =>
  dueAt !== undefined && by !== "timeLimit" && !(kind === "TimerCreated" && by === "completion");

interface Here {
  readonly instanceId: string;
  readonly runId: string;
  readonly executionId: number;
}

/**
 * A child that the function itself gave up is asked to cancel. If its parent was asked to, its `onParentEnd` decides.
 */
function messageToGivenUp(here: Here, { eventId, instanceId, by, onParentEnd }: ClosedOperation): NewMessage[] {
  const policy = by === "cancel" ? onParentEnd : undefined;
  if (policy === "abandon" || instanceId === undefined) return [];
  const kind = policy === "terminate" ? "TerminateRequested" : "CancelRequested";
  return [address(instanceId, { kind, reason: whyGivenUp[by], from: { ...here, eventId } })];
}

const whyGivenUp: Readonly<Record<ClosedOperation["by"], string>> = {
  completion: "it has ended",
  timeLimit: "the parent's time limit ran out",
  signal: "the parent gave it up",
  cancel: "the parent was cancelled",
};

function workItem(
  here: Here,
  { eventId, name, queue, session, policy, validated, payload, at }: ActivityScheduled,
  trace: string | undefined,
): NewWorkItem {
  const startWithinMs = policy?.scheduleToStartMs;
  return {
    id: activityId(here, eventId),
    queue: queue ?? "default",
    name,
    body: encodeWork({
      runId: here.runId,
      executionId: here.executionId,
      eventId,
      ...(policy && { policy }),
      ...(validated && { validated }),
      ...(trace !== undefined && { trace }),
    }),
    payload,
    startBy: startWithinMs === undefined ? null : at + startWithinMs,
    ...(session !== undefined && { session }),
  };
}

function timer({ instanceId, runId, executionId }: Here, scheduledId: number, dueAt: number): NewTimer {
  const { body } = encodeMessage({ kind: "TimerFired", runId, executionId, scheduledId });
  return { eventId: scheduledId, partition: timerPartition(instanceId), dueAt, body };
}

function newChild(context: TurnContext, here: Here, decision: SubOrchestrationScheduled): NewInstance {
  return newInstance(context, decision, { ...here, eventId: decision.eventId });
}

function newInstance(
  { host, trace }: Pick<TurnContext, "host" | "trace">,
  { name, version, instanceId, validated, payload }: SubOrchestrationScheduled | OrchestrationStartRequested,
  parent: ParentLink | null,
): NewInstance {
  const runId = host.newId();
  const start: Message = {
    kind: "Start",
    runId,
    executionId: 1,
    name,
    ...(version !== undefined && { version }),
    ...(parent && { parent }),
    ...(validated && { validated }),
    ...(trace !== undefined && { trace }),
    payload,
  };
  return {
    instanceId,
    runId,
    name,
    version: version ?? null,
    handler: startHandler(name, version),
    parent,
    message: encodeMessage(start),
    onConflict: parent && address(parent.instanceId, existsAlready(parent, instanceId)),
  };
}

function existsAlready({ runId, executionId, eventId: scheduledId }: ParentLink, instanceId: string): Message {
  const failure = errorToFailure(new InstanceExistsError(instanceId));
  return { kind: "SubOrchestrationFailed", runId, executionId, scheduledId, failure };
}
