import type { Failure } from "../errors/index.ts";
import type { FailedAttempt, HistoryEvent } from "../history/index.ts";

export type OperationKind = "activity" | "timer" | "child" | "detached" | "event" | "message";

/**
 * `timedOut`: given up, because its time limit came. `cancelled`: given up by its signal, or because the instance was
 * asked to cancel. `closed`: open when the execution ended.
 */
export type OperationOutcome = "open" | "completed" | "failed" | "timedOut" | "cancelled" | "closed";

/** Something that an orchestration scheduled, and what became of it. */
export interface Operation {
  /** Of the decision that scheduled it. */
  readonly eventId: number;
  readonly kind: OperationKind;
  /** Of the activity, the orchestration, the event or the mailbox; empty for a timer. */
  readonly name: string;
  readonly startedAt: number;
  /** When a timer is due, or the time limit of another operation. */
  readonly dueAt: number | null;
  readonly endedAt: number | null;
  readonly outcome: OperationOutcome;
  /** The event that ended it. */
  readonly endEventId: number | null;
  /** The work queue of an activity. */
  readonly queue: string | null;
  /** Of a child, or what was started detached. */
  readonly childId: string | null;
  /** Of an activity that failed for good. */
  readonly attempts: number | null;
  /** Those of an activity that has ended, as far as they are kept, oldest first; the one that ended it included. */
  readonly failedAttempts: readonly FailedAttempt[];
  readonly input: string | null;
  readonly result: string | null;
  readonly failure: Failure | null;
}

export type SchedulingEvent = Extract<
  HistoryEvent,
  {
    readonly kind:
      | "ActivityScheduled"
      | "TimerCreated"
      | "SubOrchestrationScheduled"
      | "OrchestrationStartRequested"
      | "EventWaitOpened"
      | "ReceiveOpened";
  }
>;

export function operationFrom(event: SchedulingEvent): Operation {
  const open: Operation = {
    eventId: event.eventId,
    kind: "timer",
    name: "",
    startedAt: event.at,
    outcome: "open",
    endedAt: null,
    endEventId: null,
    queue: null,
    childId: null,
    attempts: null,
    failedAttempts: [],
    result: null,
    failure: null,
    dueAt: ("dueAt" in event ? event.dueAt : undefined) ?? null,
    input: "payload" in event ? event.payload : null,
  };
  switch (event.kind) {
    case "TimerCreated":
      return open;
    case "ActivityScheduled":
      return { ...open, kind: "activity", name: event.name, queue: event.queue ?? "default" };
    case "SubOrchestrationScheduled":
      return { ...open, kind: "child", name: event.name, childId: event.instanceId };
    case "OrchestrationStartRequested": {
      const done = { outcome: "completed", endedAt: event.at, endEventId: event.eventId } as const;
      return { ...open, kind: "detached", name: event.name, childId: event.instanceId, ...done };
    }
    case "EventWaitOpened":
      return { ...open, kind: "event", name: event.name };
    case "ReceiveOpened":
      return { ...open, kind: "message", name: event.mailbox };
  }
}
