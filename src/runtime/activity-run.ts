import {
  type ActivityContext,
  type ActivityPolicy,
  type AnyActivity,
  type LogFields,
  type Logger,
  validate,
} from "../definition/index.ts";
import { AbortError, type Failure, TimeoutError, failureToError } from "../errors/index.ts";
import { type ActivityMessage, withFields } from "../observability/index.ts";
import { earlierAttempts } from "../history/index.ts";
import { type HostTimer, longestTimerMs } from "../host/index.ts";
import type { WorkFence, WorkItem } from "../providers/contract.ts";
import { decodeValue, encodeValue } from "../values/index.ts";
import { tellActivityBegin, tellActivityEnd } from "./activity-telling.ts";
import { address } from "./execution-end.ts";
import type { Node } from "./node.ts";
import type { Rostered } from "./roster.ts";
import { RunContext } from "./run-context.ts";
import { runTransaction } from "./run-transaction.ts";
import { type WorkBody, addressOf, fenceOf, workFields } from "./work-body.ts";

export type ActivityEnd =
  | { readonly kind: "completed"; readonly payload: string }
  /** Its completion is stored already, together with what it wrote. */
  | { readonly kind: "committed" }
  | { readonly kind: "failed"; readonly error: unknown; readonly isFinal: boolean }
  /** To be handed back, because the node is stopping. */
  | { readonly kind: "stopped" }
  /** The item is not this node's any more: it was cancelled, or taken over. */
  | { readonly kind: "lost" };

/** One delivery of an activity, from its start to whatever ends it first. */
export class ActivityRun implements Rostered {
  readonly item: WorkItem;
  readonly policy: ActivityPolicy;
  readonly fence: WorkFence;
  readonly queue: string;
  rosterPlace = 0;
  readonly ended: Promise<ActivityEnd>;
  readonly #node: Node;
  readonly #body: WorkBody;
  #abort: AbortController | undefined;
  #abortReason: Error | undefined;
  readonly #settled = Promise.withResolvers<ActivityEnd>();
  #timers: Set<HostTimer> | undefined;
  readonly #startedMs: number;
  #lastBeatMs: number;
  #storedBeatMs = -Infinity;
  #deadline: HostTimer | undefined;
  #isStoring = false;
  #storing: Promise<void> | undefined;
  #hasEnded = false;
  #unstored: string | null = null;
  #told: ActivityMessage | null = null;
  #log: Logger | undefined;

  constructor(node: Node, item: WorkItem, body: WorkBody, activity: AnyActivity, policy: ActivityPolicy) {
    this.#node = node;
    this.#startedMs = node.host.now();
    this.#lastBeatMs = this.#startedMs;
    this.item = item;
    this.#body = body;
    this.policy = policy;
    this.fence = fenceOf(item);
    this.queue = item.queue;
    this.ended = this.#settled.promise;
    this.#limit();
    if (this.#hasEnded) return;
    this.debug("activity started", { queue: item.queue, delivery: item.delivery });
    const waitedMs = Math.max(0, node.provider.now() - item.scheduledAt);
    this.#told = tellActivityBegin(item, body, waitedMs);
    const run = (): void => void this.#run(activity, this.#context());
    node.outside(() => (this.#told?.run === undefined ? run() : this.#told.run(run)));
  }

  /** Its lines say what they are about. */
  get log(): Logger {
    return (this.#log ??= withFields(this.#node.logger, workFields(this.item)));
  }

  /** Since it was started. */
  get ms(): number {
    return Math.round(this.#node.host.now() - this.#startedMs);
  }

  /** The fields of a line that nobody writes are not gathered. */
  debug(message: string, fields?: LogFields): void {
    if (this.#node.logger.isLevelEnabled?.("debug") === false) return;
    this.log.debug(fields ?? { ms: this.ms }, message);
  }

  /** Whether this carries out a decision of that execution. */
  isOf({ instanceId, executionId }: { readonly instanceId: string; readonly executionId: number }): boolean {
    return this.item.instanceId === instanceId && this.#body.executionId === executionId;
  }

  /** Tells the activity to stop; whatever it still gives is not used. */
  stop(kind: "stopped" | "lost", why: string): void {
    this.#abortFor(new AbortError(why));
    this.#settle({ kind });
  }

  /**
   * The details of the last heartbeat, if they are not stored yet: the next attempt wants to know how far this came.
   */
  storeLastBeat(): Promise<void> {
    // After the one before: the store might otherwise keep the older of the two.
    this.#storing = this.#storing === undefined ? this.#storeBeat() : this.#storing.then(() => this.#storeBeat());
    return this.#storing;
  }

  /** The time for all attempts together is the store's; it is looked at again when that is moved. */
  checkTime(): void {
    const { scheduleToCloseMs } = this.policy;
    if (scheduleToCloseMs === undefined || this.#hasEnded) return;
    this.#cancelTimer(this.#deadline);
    const { name, scheduledAt } = this.item;
    const left = scheduledAt + scheduleToCloseMs - this.#node.provider.now();
    if (left <= 0) return this.#timeOut(`activity "${name}" was not done after ${scheduleToCloseMs} ms in all`, true);
    this.#deadline = this.#after(left, () => this.checkTime());
  }

  #settle(end: ActivityEnd): void {
    if (!this.#hasEnded) tellActivityEnd(this.#told, end, this.#node.host.now() - this.#startedMs);
    this.#hasEnded = true;
    for (const timer of this.#timers ?? []) this.#node.host.cancel(timer);
    this.#settled.resolve(end);
  }

  // Made for those who ask: most activities never look at it, and it costs as much as all else that starts one.
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#abortReason !== undefined) this.#abort.abort(this.#abortReason);
    return this.#abort.signal;
  }

  #abortFor(reason: Error): void {
    this.#abortReason ??= reason;
    this.#node.outside(() => this.#abort?.abort(reason));
  }

  async #run(activity: AnyActivity, ctx: ActivityContext): Promise<void> {
    const { payloadBytes: maxBytes } = this.#node.limits;
    let input: unknown;
    try {
      input = this.item.payload === null ? undefined : decodeValue(this.item.payload);
      // Called by its name: nobody who knew its schema has seen the input.
      if (activity.input !== undefined && this.#body.validated !== true) {
        input = validate(input, activity.input, `The input of activity "${activity.name}"`);
      }
    } catch (error) {
      return this.#settle({ kind: "failed", error, isFinal: true });
    }
    const completed = (result: unknown) => encodeValue(result, { path: "result", maxBytes });
    if (activity.isTransactional) {
      const { item, fence, log } = this;
      const completion = (result: unknown) =>
        address(item.instanceId, {
          kind: "ActivityCompleted",
          payload: completed(result),
          ...earlierAttempts(item.note),
          ...addressOf(item.id),
        });
      const body = (transaction: unknown) => (activity.run as AnyRun)(ctx, input, transaction);
      return this.#settle(await runTransaction(this.#node, { fence, signal: this.signal, log, body, completion }));
    }
    let result: unknown;
    try {
      result = await (activity.run as AnyRun)(ctx, input);
    } catch (error) {
      return this.#settle({ kind: "failed", error, isFinal: false });
    }
    try {
      this.#settle({ kind: "completed", payload: completed(result) });
    } catch (error) {
      this.#settle({ kind: "failed", error, isFinal: true });
    }
  }

  #limit(): void {
    const { startToCloseMs, heartbeatTimeoutMs } = this.policy;
    if (startToCloseMs !== undefined) this.#watchAttempt(startToCloseMs);
    if (heartbeatTimeoutMs !== undefined) this.#watchHeart(heartbeatTimeoutMs);
    this.checkTime();
  }

  #watchAttempt(limitMs: number): void {
    const left = this.#startedMs + limitMs - this.#node.host.now();
    if (left <= 0) return this.#timeOut(`activity "${this.item.name}" took longer than ${limitMs} ms`, false);
    this.#after(left, () => this.#watchAttempt(limitMs));
  }

  #watchHeart(timeoutMs: number): void {
    const left = this.#lastBeatMs + timeoutMs - this.#node.host.now();
    if (left <= 0) return this.#timeOut(`activity "${this.item.name}" had no heartbeat for ${timeoutMs} ms`, false);
    this.#after(left, () => this.#watchHeart(timeoutMs));
  }

  #after(ms: number, action: () => void): HostTimer {
    const timer = this.#node.host.after(Math.min(Math.max(0, Math.ceil(ms)), longestTimerMs), () => {
      this.#timers?.delete(timer);
      action();
    });
    this.#timers ??= new Set();
    this.#timers.add(timer);
    return timer;
  }

  #cancelTimer(timer: HostTimer | undefined): void {
    if (timer === undefined) return;
    this.#node.host.cancel(timer);
    this.#timers?.delete(timer);
  }

  #timeOut(why: string, isFinal: boolean): void {
    const { note } = this.item;
    // What kept it from being done earlier is what its caller will want to know.
    const error = new TimeoutError(
      `${why}.`,
      note === null ? {} : { cause: failureToError(JSON.parse(note) as Failure) },
    );
    this.#abortFor(error);
    this.#settle({ kind: "failed", error, isFinal });
  }

  #context(): ActivityContext {
    const { executionId } = this.#body;
    const { id, instanceId, failures, lost, heartbeat } = this.item;
    return new RunContext(this, {
      instanceId,
      executionId,
      activityId: id,
      attempt: failures + lost + 1,
      lastHeartbeat: heartbeat === null ? undefined : decodeValue(heartbeat),
      heartbeat: (details) => this.#beat(details),
    });
  }

  #beat(details: unknown): void {
    const { payloadBytes: maxBytes } = this.#node.limits;
    if (this.#hasEnded) return;
    this.#lastBeatMs = this.#node.host.now();
    this.#unstored = encodeValue(details, { path: "details", maxBytes });
    if (!this.#isStoring) void this.#storeBeats();
  }

  /** Stores the latest details, not more often than needed: a loop may beat a thousand times a second. */
  async #storeBeats(): Promise<void> {
    this.#isStoring = true;
    while (this.#unstored !== null) {
      const wait = this.#storedBeatMs + beatIntervalMs - this.#node.host.now();
      if (wait > 0) await new Promise<void>((resolve) => this.#after(wait, resolve));
      this.#storedBeatMs = this.#node.host.now();
      await this.storeLastBeat();
    }
    this.#isStoring = false;
  }

  async #storeBeat(): Promise<void> {
    const { provider, lease } = this.#node;
    const { nodeId } = lease;
    const details = this.#unstored;
    this.#unstored = null;
    if (details === null || nodeId === null) return;
    try {
      const isHeld = await provider.heartbeatWork(nodeId, this.fence, details);
      if (!isHeld) this.stop("lost", "The activity was cancelled, or taken over by another node.");
    } catch (error) {
      this.log.warn({ err: error }, "heartbeat not stored");
    }
  }
}

type AnyRun = (ctx: ActivityContext, input: unknown, transaction?: unknown) => unknown;

const beatIntervalMs = 500;
