import { type AnySchema, validate } from "../definition/index.ts";
import { PerdureError } from "../errors/index.ts";
import { type OpenOperation, type ScheduledKind } from "../history/index.ts";
import { decodeValue } from "../values/index.ts";
import { aborted, timedOut, undecodable } from "./engine-errors.ts";
import { withoutStack } from "./stacks.ts";

/** How an operation that was open at the beginning of a turn, or opened in it, has ended. */
export interface ClosedOperation extends OpenOperation {
  /** `signal`: the function aborted its signal. `cancel`: the instance was asked to cancel. */
  readonly by: "completion" | "timeLimit" | "signal" | "cancel";
}

type WaitKind = "EventWaitOpened" | "ReceiveOpened";

interface Operation extends OpenOperation {
  /** The name of the activity, the event or the mailbox. */
  readonly channel: string | undefined;
  readonly what: string;
  readonly schema: AnySchema | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly stopListening: (() => void) | undefined;
}

export interface NewOperation extends OpenOperation {
  readonly channel?: string;
  /** In words, for errors. */
  readonly what: string;
  /** Of what arrives, unless it was checked where it was sent. */
  readonly schema?: AnySchema | undefined;
}

/** The scheduled operations that have not ended, and the promises that wait for them. */
export class Operations {
  readonly #open = new Map<number, Operation>();
  /** Open waits and receives by what they are open for, each in the order in which they were scheduled. */
  readonly #waiting = new Map<string, Set<number>>();
  #closed: ClosedOperation[] = [];

  get size(): number {
    return this.#open.size;
  }

  isOpen(eventId: number): boolean {
    return this.#open.has(eventId);
  }

  /** Of an open timer, or the time limit of another open operation. */
  dueAt(eventId: number): number | undefined {
    return this.#open.get(eventId)?.dueAt;
  }

  /** In the order in which they were scheduled. */
  list(): OpenOperation[] {
    return [...this.#open.values()].map(publicPart);
  }

  oldest(kind: WaitKind, channel: string): number | undefined {
    return this.#waiting.get(waitKey(kind, channel))?.values().next().value;
  }

  all(kind: WaitKind, channel: string): number[] {
    return [...(this.#waiting.get(waitKey(kind, channel)) ?? [])];
  }

  open(operation: NewOperation, signal: AbortSignal | undefined, onAbort: () => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#await(operation);
      this.#open.set(operation.eventId, {
        ...publicPart(operation),
        channel: operation.channel,
        what: operation.what,
        schema: operation.schema,
        resolve,
        reject,
        stopListening: signal && (() => signal.removeEventListener("abort", onAbort)),
      });
    });
  }

  complete(eventId: number, { payload, validated }: { payload?: string; validated?: true }): void {
    const operation = this.#close(eventId, "completion");
    if (operation === undefined) return;
    const { what, schema } = operation;
    try {
      const value = payload === undefined ? undefined : decode(payload, what);
      const isChecked = schema === undefined || validated === true;
      operation.resolve(isChecked ? value : validate(value, schema, `The data of ${what}`));
    } catch (error) {
      operation.reject(error instanceof PerdureError ? withoutStack(error) : error);
    }
  }

  fail(eventId: number, error: (channel: string) => unknown): void {
    const operation = this.#close(eventId, "completion");
    operation?.reject(error(operation.channel ?? operation.what));
  }

  timeOut(eventId: number): void {
    const operation = this.#close(eventId, "timeLimit");
    operation?.reject(timedOut(operation.what));
  }

  abort(eventId: number, reason: unknown): void {
    const operation = this.#close(eventId, "signal");
    operation?.reject(aborted(operation.what, reason));
  }

  cancel(eventId: number, error: unknown): void {
    this.#close(eventId, "cancel")?.reject(error);
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
    this.#waiting.clear();
  }

  #await({ kind, channel, eventId }: NewOperation): void {
    if (!isWait(kind) || channel === undefined) return;
    const key = waitKey(kind, channel);
    this.#waiting.set(key, (this.#waiting.get(key) ?? new Set()).add(eventId));
  }

  #stopAwaiting({ kind, channel, eventId }: Operation): void {
    if (!isWait(kind) || channel === undefined) return;
    const key = waitKey(kind, channel);
    const waiting = this.#waiting.get(key);
    waiting?.delete(eventId);
    if (waiting?.size === 0) this.#waiting.delete(key);
  }

  #close(eventId: number, by: ClosedOperation["by"]): Operation | undefined {
    const operation = this.#open.get(eventId);
    if (operation === undefined) return undefined;
    this.#open.delete(eventId);
    this.#stopAwaiting(operation);
    operation.stopListening?.();
    this.#closed.push({ ...publicPart(operation), by });
    return operation;
  }
}

function decode(payload: string, what: string): unknown {
  try {
    return decodeValue(payload);
  } catch (cause) {
    throw undecodable(what, cause);
  }
}

const isWait = (kind: ScheduledKind): kind is WaitKind => kind === "EventWaitOpened" || kind === "ReceiveOpened";

const waitKey = (kind: WaitKind, channel: string) => `${kind} ${channel}`;

function publicPart({ eventId, kind, dueAt, instanceId, onParentEnd }: OpenOperation): OpenOperation {
  // Nearly all: each of the spreads below costs more than all of this.
  if (dueAt === undefined && instanceId === undefined && onParentEnd === undefined) return { eventId, kind };
  return {
    eventId,
    kind,
    ...(dueAt !== undefined && { dueAt }),
    ...(instanceId !== undefined && { instanceId }),
    ...(onParentEnd !== undefined && { onParentEnd }),
  };
}
