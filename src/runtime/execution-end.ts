import {
  CancelledError,
  type Failure,
  NotRegisteredError,
  type PerdureError,
  TerminatedError,
  errorToFailure,
} from "../errors/index.ts";
import { startHandler } from "../definition/index.ts";
import {
  type CarriedMessage,
  type CarriedState,
  type ExecutionEnded,
  type Message,
  type OpenOperation,
  type OrchestrationContinuedAsNew,
  type ParentLink,
  type TerminalEvent,
  encodeMessage,
} from "../history/index.ts";
import type { InstanceStatus, NewMessage, TurnCommit } from "../providers/contract.ts";
import type { StartFacts } from "../replay/index.ts";

export interface EndingExecution {
  readonly instanceId: string;
  readonly runId: string;
  readonly executionId: number;
  readonly parent: ParentLink | null;
  /** Children that were started before this turn and have not ended. */
  readonly openChildren: readonly Pick<OpenOperation, "eventId" | "instanceId" | "onParentEnd">[];
  readonly end: TerminalEvent;
  /** What the next execution gets, if the end is a continue-as-new. */
  readonly carried: CarriedOver | null;
}

interface CarriedOver {
  readonly started: StartFacts;
  readonly customStatus: string | undefined;
  readonly unreceived: readonly CarriedMessage[];
  readonly state: readonly CarriedState[];
}

export type EndEffects = Pick<TurnCommit, "messages" | "closes" | "nextExecutionId"> & {
  readonly status: InstanceStatus | null;
  readonly handler: string | null;
};

/**
 * The one way in which an execution ends, whatever ended it: its rows are closed, its children are dealt with, and
 * either its parent is told or its next execution is started, all in the commit that records the end.
 */
export function endExecution(ending: EndingExecution): EndEffects {
  const { end } = ending;
  const childMessages = ending.openChildren.flatMap((child) => messageToChild(ending, child));
  if (end.kind === "OrchestrationContinuedAsNew") {
    const { started } = ending.carried as CarriedOver;
    return {
      closes: true,
      messages: [...childMessages, address(ending.instanceId, nextStart(end, ending.carried as CarriedOver))],
      nextExecutionId: ending.executionId + 1,
      status: null,
      handler: startHandler(started.name, end.version),
    };
  }
  return {
    closes: true,
    messages: ending.parent === null ? childMessages : [...childMessages, messageToParent(ending.parent, end)],
    nextExecutionId: null,
    status: statusOf(end),
    // Nobody runs it any more, but whoever may still find a message for it may clear that away.
    handler: null,
  };
}

/** The event of an end that is imposed from outside the function. */
export function imposedEnd(error: PerdureError): Pick<ExecutionEnded, "kind" | "status" | "failure"> {
  const failure: Failure = errorToFailure(error);
  if (error instanceof TerminatedError) return { kind: "ExecutionEnded", status: "terminated", failure };
  const isCancelled = error instanceof NotRegisteredError || error instanceof CancelledError;
  return { kind: "ExecutionEnded", status: isCancelled ? "cancelled" : "failed", failure };
}

export function address(instanceId: string, message: Message): NewMessage {
  const lane = message.kind === "Start" ? "start" : message.kind === "TerminateRequested" ? "ending" : "normal";
  return { instanceId, lane, ...encodeMessage(message) };
}

function statusOf(end: Exclude<TerminalEvent, OrchestrationContinuedAsNew>): InstanceStatus {
  switch (end.kind) {
    case "OrchestrationCompleted":
      return "completed";
    case "OrchestrationFailed":
      return "failed";
    case "OrchestrationCancelled":
      return "cancelled";
    case "ExecutionEnded":
      return end.status;
  }
}

function messageToParent(parent: ParentLink, end: Exclude<TerminalEvent, OrchestrationContinuedAsNew>): NewMessage {
  const { runId, executionId, eventId: scheduledId } = parent;
  const where = { runId, executionId, scheduledId };
  return address(
    parent.instanceId,
    end.kind === "OrchestrationCompleted"
      ? { kind: "SubOrchestrationCompleted", ...where, payload: end.payload }
      : { kind: "SubOrchestrationFailed", ...where, failure: end.failure },
  );
}

function messageToChild(
  { instanceId, runId, executionId, end }: EndingExecution,
  child: EndingExecution["openChildren"][number],
): NewMessage[] {
  if (child.onParentEnd === "abandon" || child.instanceId === undefined) return [];
  const from: ParentLink = { instanceId, runId, executionId, eventId: child.eventId };
  const isTerminated = end.kind === "ExecutionEnded" && end.status === "terminated";
  const kind = child.onParentEnd === "terminate" || isTerminated ? "TerminateRequested" : "CancelRequested";
  return [address(child.instanceId, { kind, reason: "the parent ended", from })];
}

function nextStart(
  end: OrchestrationContinuedAsNew,
  { started, customStatus, unreceived, state }: CarriedOver,
): Message {
  return {
    kind: "Start",
    runId: started.runId,
    executionId: started.executionId + 1,
    name: started.name,
    ...(end.version !== undefined && { version: end.version }),
    ...(started.parent && { parent: started.parent }),
    startedAt: started.startedAt,
    notBefore: end.at,
    ...(customStatus !== undefined && { customStatus }),
    ...(unreceived.length > 0 && {
      carried: unreceived.map(({ mailbox, validated, payload }) => ({
        mailbox,
        ...(validated && { validated }),
        payload,
      })),
    }),
    ...(state.length > 0 && { state }),
    ...(started.trace !== undefined && { trace: started.trace }),
    payload: end.payload,
  };
}
