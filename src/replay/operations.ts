import { AbortError, CorruptPayloadError, TimeoutError } from "../errors/index.ts";
import { type OpenOperation, type ScheduledKind } from "../history/index.ts";
import { decodeValue } from "../values/index.ts";

/** How an operation that was open at the beginning of a turn, or opened in it, has ended. */
export interface ClosedOperation extends OpenOperation {
  readonly by: "completion" | "timeLimit" | "cancellation";
}

interface Operation extends OpenOperation {
  /** The name of the activity, the event or the mailbox. */
  readonly channel: string | undefined;
  readonly what: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly stopListening: (() => void) | undefined;
}

export interface NewOperation extends OpenOperation {
  readonly channel?: string;
  /** In words, for errors. */
  readonly what: string;
}

/** The scheduled operations that have not ended, and the promises that wait for them. */
export class Operations {
  readonly #open = new Map<number, Operation>();
  #closed: ClosedOperation[] = [];

  get size(): number {
    return this.#open.size;
  }

  isOpen(eventId: number): boolean {
    return this.#open.has(eventId);
  }

  dueAt(eventId: number): number {
    return this.#open.get(eventId)?.dueAt ?? 0;
  }

  /** In the order in which they were scheduled. */
  list(): OpenOperation[] {
    return [...this.#open.values()].map(publicPart);
  }

  oldest(kind: ScheduledKind, channel: string): number | undefined {
    for (const operation of this.#open.values()) {
      if (operation.kind === kind && operation.channel === channel) return operation.eventId;
    }
    return undefined;
  }

  all(kind: ScheduledKind, channel: string): number[] {
    return [...this.#open.values()].filter((o) => o.kind === kind && o.channel === channel).map((o) => o.eventId);
  }

  open(operation: NewOperation, signal: AbortSignal | undefined, onAbort: () => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#open.set(operation.eventId, {
        ...publicPart(operation),
        channel: operation.channel,
        what: operation.what,
        resolve,
        reject,
        stopListening: signal && (() => signal.removeEventListener("abort", onAbort)),
      });
    });
  }

  complete(eventId: number, payload: string | undefined): void {
    const operation = this.#close(eventId, "completion");
    if (operation === undefined) return;
    try {
      operation.resolve(payload === undefined ? undefined : decodeValue(payload));
    } catch (cause) {
      operation.reject(new CorruptPayloadError(`The value of ${operation.what} cannot be decoded.`, { cause }));
    }
  }

  fail(eventId: number, error: (channel: string) => unknown): void {
    const operation = this.#close(eventId, "completion");
    operation?.reject(error(operation.channel ?? operation.what));
  }

  timeOut(eventId: number): void {
    const operation = this.#close(eventId, "timeLimit");
    operation?.reject(new TimeoutError(`The time limit of ${operation.what} ran out.`));
  }

  abort(eventId: number, reason: unknown): void {
    const operation = this.#close(eventId, "cancellation");
    operation?.reject(new AbortError(`Waiting for ${operation.what} was aborted.`, { cause: reason }));
  }

  cancel(eventId: number, error: unknown): void {
    this.#close(eventId, "cancellation")?.reject(error);
  }

  takeClosed(): ClosedOperation[] {
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }

  /** The function has been left for good: nothing keeps its promises, or hears of its signals, any more. */
  abandon(): void {
    for (const operation of this.#open.values()) operation.stopListening?.();
    this.#open.clear();
  }

  #close(eventId: number, by: ClosedOperation["by"]): Operation | undefined {
    const operation = this.#open.get(eventId);
    if (operation === undefined) return undefined;
    this.#open.delete(eventId);
    operation.stopListening?.();
    this.#closed.push({ ...publicPart(operation), by });
    return operation;
  }
}

function publicPart({ eventId, kind, dueAt, instanceId, onParentEnd }: OpenOperation): OpenOperation {
  return {
    eventId,
    kind,
    ...(dueAt !== undefined && { dueAt }),
    ...(instanceId !== undefined && { instanceId }),
    ...(onParentEnd !== undefined && { onParentEnd }),
  };
}
