import type { Failure } from "../errors/index.ts";
import type { ActivityFailed, FailedAttempt, HistoryEvent, TerminalEvent } from "../history/index.ts";
import { Mailboxes } from "./mailboxes.ts";
import { type Operation, type OperationOutcome, operationFrom } from "./operation.ts";

/** Where an execution stood after some event of its history. */
export interface HistoryState {
  readonly name: string;
  readonly version: string;
  readonly executionId: number;
  /** The text that is stored, as everywhere here. */
  readonly input: string;
  readonly status: "running" | "completed" | "failed" | "cancelled" | "terminated" | "continuedAsNew";
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly lastEventId: number;
  readonly isCancelling: boolean;
  /** All that was ever scheduled, in the order of the events. */
  readonly operations: readonly Operation[];
  readonly customStatus: string | null;
  readonly state: ReadonlyMap<string, string>;
  /** How many messages of which mailbox nobody has received. */
  readonly unread: ReadonlyMap<string, number>;
  readonly patches: readonly string[];
  readonly result: string | null;
  readonly failure: Failure | null;
}

/**
 * What a history says, without running anybody's code: folded over its events. For a history that begins as every
 * history does; for the state at some earlier moment, give the events up to it.
 */
export function foldHistory(history: readonly HistoryEvent[]): HistoryState {
  const [first] = history;
  if (first?.kind !== "OrchestrationStarted") throw new TypeError("A history begins with OrchestrationStarted.");
  const { name, version, executionId, payload, at } = first;
  const fold = new Fold(
    first.customStatus ?? null,
    new Map((first.state ?? []).map((entry) => [entry.key, entry.payload])),
  );
  for (const event of history) fold.apply(event);
  const { lastEventId, isCancelling, customStatus, state, patches, end } = fold;
  return {
    name,
    version,
    executionId,
    input: payload,
    startedAt: at,
    endedAt: end?.at ?? null,
    lastEventId,
    isCancelling,
    operations: [...fold.operations.values()],
    customStatus,
    state,
    unread: fold.mailboxes.unread(),
    patches,
    ...(end === null ? { status: "running", result: null, failure: null } : endOf(end)),
  };
}

class Fold {
  readonly operations = new Map<number, Operation>();
  readonly mailboxes = new Mailboxes();
  readonly patches: string[] = [];
  readonly state: Map<string, string>;
  customStatus: string | null;
  isCancelling = false;
  lastEventId = 0;
  end: TerminalEvent | null = null;

  constructor(customStatus: string | null, state: Map<string, string>) {
    this.customStatus = customStatus;
    this.state = state;
  }

  apply(event: HistoryEvent): void {
    this.lastEventId = event.eventId;
    switch (event.kind) {
      case "OrchestrationStarted":
        break;
      case "ActivityScheduled":
      case "TimerCreated":
      case "SubOrchestrationScheduled":
      case "OrchestrationStartRequested":
      case "EventWaitOpened":
        this.operations.set(event.eventId, operationFrom(event));
        break;
      case "ReceiveOpened":
        this.operations.set(event.eventId, operationFrom(event));
        this.#received(this.mailboxes.receive(event.mailbox, event.eventId), event.at);
        break;
      case "MessageArrived":
        this.#received(this.mailboxes.arrive(event.mailbox, event), event.at);
        break;
      case "EventRaised":
        for (const { eventId } of this.#openWaits(event.name)) {
          this.#close(eventId, event, { outcome: "completed", result: event.payload });
        }
        break;
      case "ActivityCompleted":
        this.#close(event.scheduledId, event, {
          outcome: "completed",
          result: event.payload,
          failedAttempts: event.earlier ?? [],
        });
        break;
      case "SubOrchestrationCompleted":
        this.#close(event.scheduledId, event, { outcome: "completed", result: event.payload });
        break;
      case "ActivityFailed":
        this.#close(event.scheduledId, event, {
          outcome: "failed",
          failure: event.failure,
          attempts: event.attempts,
          failedAttempts: [...(event.earlier ?? []), ...lastAttempt(event)],
        });
        break;
      case "SubOrchestrationFailed":
        this.#close(event.scheduledId, event, { outcome: "failed", failure: event.failure });
        break;
      case "TimerFired":
        this.#close(event.scheduledId, event, { outcome: this.#firedAs(event.scheduledId) });
        break;
      case "OperationCancelled":
        this.#close(event.scheduledId, event, { outcome: "cancelled" });
        break;
      case "CancelRequested":
        this.isCancelling = true;
        break;
      case "CustomStatusSet":
        this.customStatus = event.payload;
        break;
      case "StateSet":
        this.state.set(event.key, event.payload);
        break;
      case "StateDeleted":
        this.state.delete(event.key);
        break;
      case "PatchMarked":
        this.patches.push(event.id);
        break;
      case "OrchestrationCompleted":
      case "OrchestrationFailed":
      case "OrchestrationCancelled":
      case "OrchestrationContinuedAsNew":
      case "ExecutionEnded":
        this.end = event;
        for (const { eventId } of this.operations.values()) this.#close(eventId, event, { outcome: "closed" });
        break;
    }
  }

  // The receive that a message has reached, if one has.
  #received(met: ReturnType<Mailboxes["receive"]>, at: number): void {
    if (met === null) return;
    const { eventId, payload } = met.message;
    this.#close(met.receiveId, { eventId, at }, { outcome: "completed", result: payload });
  }

  // The time limit of an operation fires like a timer, and gives the operation up.
  #firedAs(eventId: number): OperationOutcome {
    return this.operations.get(eventId)?.kind === "timer" ? "completed" : "timedOut";
  }

  #openWaits(name: string): Operation[] {
    return [...this.operations.values()].filter(
      (operation) => operation.kind === "event" && operation.name === name && operation.outcome === "open",
    );
  }

  #close(
    eventId: number,
    by: { readonly eventId: number; readonly at: number },
    how: Pick<Operation, "outcome"> & Partial<Operation>,
  ): void {
    const operation = this.operations.get(eventId);
    if (operation?.outcome !== "open") return;
    this.operations.set(eventId, { ...operation, endedAt: by.at, endEventId: by.eventId, ...how });
    if (operation.kind === "message") this.mailboxes.giveUp(operation.name, eventId);
  }
}

// Some have failed without having been tried.
function lastAttempt({ attempts, at, node, failure }: ActivityFailed): readonly FailedAttempt[] {
  return attempts === 0 ? [] : [{ attempt: attempts, at, ...(node !== undefined && { node }), failure }];
}

function endOf(end: TerminalEvent): Pick<HistoryState, "status" | "result" | "failure"> {
  switch (end.kind) {
    case "OrchestrationCompleted":
      return { status: "completed", result: end.payload, failure: null };
    case "OrchestrationFailed":
      return { status: "failed", result: null, failure: end.failure };
    case "OrchestrationCancelled":
      return { status: "cancelled", result: null, failure: end.failure };
    case "OrchestrationContinuedAsNew":
      return { status: "continuedAsNew", result: null, failure: null };
    case "ExecutionEnded":
      return { status: end.status, result: null, failure: end.failure };
  }
}
