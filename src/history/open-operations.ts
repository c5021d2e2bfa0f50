import type { EventKind, HistoryEvent } from "./events.ts";

/** Something that was scheduled and has not ended: what is left behind when an execution ends now. */
export interface OpenOperation {
  readonly eventId: number;
  readonly kind: ScheduledKind;
  /** Its timer row, if it is a timer or has a time limit. */
  readonly dueAt?: number;
  /** Of a child. */
  readonly instanceId?: string;
  readonly onParentEnd?: "terminate" | "abandon";
}

export type ScheduledKind =
  | "ActivityScheduled"
  | "TimerCreated"
  | "SubOrchestrationScheduled"
  | "EventWaitOpened"
  | "ReceiveOpened";

const scheduling: { readonly [K in ScheduledKind]: true } = {
  ActivityScheduled: true,
  TimerCreated: true,
  SubOrchestrationScheduled: true,
  EventWaitOpened: true,
  ReceiveOpened: true,
};

/** Whether the event opens an operation. */
export const isScheduling = ({ kind }: { readonly kind: EventKind }): boolean => Object.hasOwn(scheduling, kind);

/** Which scheduled events a completion can be for. */
export const completes: { readonly [K in EventKind]?: readonly EventKind[] } = {
  ActivityCompleted: ["ActivityScheduled"],
  ActivityFailed: ["ActivityScheduled"],
  SubOrchestrationCompleted: ["SubOrchestrationScheduled"],
  SubOrchestrationFailed: ["SubOrchestrationScheduled"],
  TimerFired: ["TimerCreated", "ActivityScheduled", "SubOrchestrationScheduled", "EventWaitOpened", "ReceiveOpened"],
};

/**
 * Children that have not ended by this history, from the history alone. Only children matter when an execution is
 * ended without running its code: everything else of it is removed by the execution's own rows.
 */
export function openChildren(history: readonly HistoryEvent[]): OpenOperation[] {
  const open = new Map<number, OpenOperation>();
  for (const event of history) {
    if (event.kind === "SubOrchestrationScheduled") {
      open.set(event.eventId, event);
    } else if ("scheduledId" in event) {
      open.delete(event.scheduledId);
    }
  }
  return [...open.values()];
}
