import type { ActivityPolicy } from "../definition/index.ts";
import { ActivityError, type PerdureError, errorToFailure } from "../errors/index.ts";
import {
  type ActivityCompleted,
  type ActivityFailed,
  type CompletionMessage,
  earlierAttempts,
  noteAfter,
} from "../history/index.ts";
import { type HostTimer, longestTimerMs } from "../host/index.ts";
import type { CommitBatch, FetchedWork, TurnCommit, WorkFence, WorkItem } from "../providers/contract.ts";
import { effectivePolicy, maxLost, retryDelay } from "./activity-policy.ts";
import { type ActivityEnd, ActivityRun } from "./activity-run.ts";
import { ActivityTrial } from "./activity-trial.ts";
import { backoffMs } from "./backoff.ts";
import { address } from "./execution-end.ts";
import type { InstanceRouter } from "./instance-router.ts";
import type { Node } from "./node.ts";
import type { OrchestrationDispatcher } from "./orchestration-dispatcher.ts";
import { Outstanding } from "./outstanding.ts";
import { Roster } from "./roster.ts";
import { safetyNetMs } from "./safety-net.ts";
import { untilDue } from "./until-due.ts";
import { WakeSignal } from "./wake-signal.ts";
import { type WorkBody, addressOf, decodeWork, fenceOf, workFields } from "./work-body.ts";
import { lostTooOften, notStarted } from "./work-not-run.ts";

interface Queue {
  readonly name: string;
  readonly concurrency: number;
  readonly signal: WakeSignal;
  /** Slots promised to items that a commit under way may bring. */
  reserved: number;
  running: number;
  /** There may be more to take, and there was no room for it. */
  isStarved: boolean;
  /** Room may have come while a fetch was under way that did not know of it. */
  hasMissedRoom: boolean;
}

/** Takes work items off the work queues, executes their activities, and sends their completions. */
export class WorkDispatcher {
  readonly #node: Node;
  readonly #router: InstanceRouter;
  readonly #queues: readonly Queue[];
  readonly #activities: readonly string[];
  readonly #trial: ActivityTrial;
  readonly #running = new Roster<ActivityRun>();
  /** Activities, up to where their ends have led. */
  readonly #unfinished = new Outstanding();
  #loops: Promise<void>[] = [];
  #lostTimer: HostTimer | undefined;
  #isStopped = false;

  constructor(node: Node, orchestrations: Pick<OrchestrationDispatcher, "router" | "unproven">) {
    this.#node = node;
    this.#router = orchestrations.router;
    this.#activities = node.activityRegistry.names();
    this.#trial = new ActivityTrial(node, {
      unproven: () => orchestrations.unproven(),
      onRoom: () => this.#onRoom(),
    });
    this.#queues = [...node.queues].map(([name, concurrency]) => ({
      name,
      concurrency,
      signal: new WakeSignal(node.host),
      reserved: 0,
      running: 0,
      isStarved: false,
      hasMissedRoom: false,
    }));
  }

  start(): void {
    if (this.#activities.length === 0) return;
    this.#loops = this.#queues.map((queue) => this.#run(queue));
    this.#lostTimer = this.#node.host.every(this.#node.leaseMs / 3, () => {
      this.#stopLost().catch((error: unknown) =>
        this.#node.logger.warn({ err: error }, "looking for lost work failed"),
      );
    });
  }

  wake(): void {
    for (const queue of this.#queues) queue.signal.set();
  }

  /** Free slots, for work that a commit is about to create: reserved until `acceptClaimed`. */
  reserve(): CommitBatch["claimWork"] {
    if (this.#isStopped || this.#activities.length === 0) return [];
    return this.#queues.flatMap((queue) => {
      const limit = this.#free(queue);
      if (limit <= 0) return [];
      queue.reserved += limit;
      return [{ queue: queue.name, activities: this.#activities, limit }];
    });
  }

  acceptClaimed(items: readonly WorkItem[], claims: CommitBatch["claimWork"]): void {
    for (const { queue: name, limit } of claims) {
      const queue = this.#queues.find((candidate) => candidate.name === name);
      if (queue !== undefined) queue.reserved -= limit;
    }
    for (const item of items) this.#execute(item);
    this.#onRoom();
  }

  /** What the turn gave up is gone from the queue, and its activities may stop. */
  noticeCommitted(turn: TurnCommit): void {
    const { closes, cancelledWork } = turn;
    if (!closes && cancelledWork.length === 0) return;
    const ids = new Set(cancelledWork);
    this.#stopWhere((run) => (closes && run.isOf(turn)) || ids.has(run.item.id), "The activity was cancelled.");
  }

  /** Takes nothing more, and waits for nothing: nothing of it keeps the process alive. */
  abandon(): void {
    this.#isStopped = true;
    this.#node.host.cancel(this.#lostTimer);
    this.#trial.stop();
    this.wake();
  }

  /** Takes nothing more; waits for what runs, at most so long, and hands back the rest. */
  async stop(timeoutMs: number): Promise<void> {
    this.abandon();
    await Promise.all(this.#loops);
    if (this.#running.size > 0) await this.#waitForRunning(timeoutMs);
    for (const run of this.#running) run.stop("stopped", "The node is shutting down.");
    await this.#unfinished.none();
  }

  /** The lease is lost: what runs here is free for other nodes, and its results will not be taken. */
  stopAll(): void {
    for (const run of this.#running) run.stop("lost", "The node lost its lease.");
  }

  /** What runs here may have used up its time. */
  onClockMoved(): void {
    for (const run of this.#running) run.checkTime();
  }

  deliveries(): WorkFence[] {
    return [...this.#running].map(({ fence }) => fence);
  }

  /**
   * Fails items that no node started in time, or that no live node can execute. Gives when the next one will not have
   * been started in time, if there is one.
   */
  async failExpired(graceMs: number): Promise<number | null> {
    const { nodeId } = this.#node.lease;
    if (nodeId === null) return null;
    const { failing, nextStartBy } = await this.#node.claims.claim(async () => {
      const { items, nextVisibleAt } = await this.#node.provider.expireWork({ nodeId, graceMs, limit: 100 });
      return {
        failing: items.map((item) => this.#fail(item, notStarted(item, graceMs))),
        nextStartBy: nextVisibleAt,
      };
    });
    await Promise.all(failing);
    return nextStartBy;
  }

  #stopWhere(isMeant: (run: ActivityRun) => boolean, why: string): void {
    for (const run of this.#running) if (isMeant(run)) run.stop("lost", why);
  }

  #free(queue: Queue): number {
    const total = this.#queues.reduce((sum, { running, reserved }) => sum + running + reserved, 0);
    return Math.min(queue.concurrency - queue.running - queue.reserved, this.#node.maxActivities - total);
  }

  async #run(queue: Queue): Promise<void> {
    let failures = 0;
    while (!this.#isStopped) {
      let waitMs = safetyNetMs;
      try {
        waitMs = await this.#takeOnce(queue);
        failures = 0;
      } catch (error) {
        failures += 1;
        this.#node.logger.warn({ queue: queue.name, failures, err: error }, "fetching work failed; trying again");
        waitMs = backoffMs(this.#node.host, failures);
      }
      if (!this.#isStopped && waitMs > 0) await queue.signal.wait(waitMs);
    }
  }

  async #takeOnce(queue: Queue): Promise<number> {
    const { nodeId } = this.#node.lease;
    const limit = this.#free(queue);
    if (limit <= 0) queue.isStarved = true;
    if (nodeId === null || limit <= 0) return safetyNetMs;
    queue.reserved += limit;
    queue.hasMissedRoom = false;
    const fetched = await this.#node.claims
      .claim(() => this.#fetch(queue, { nodeId, limit }))
      .finally(() => {
        queue.reserved -= limit;
        this.#onRoom(queue);
      });
    if (fetched.items.length >= limit || fetched.suspectsWait) {
      if (queue.hasMissedRoom) return 0;
      queue.isStarved = true;
    }
    const { storeNow, nextVisibleAt: nextAt, items } = fetched;
    return untilDue({ storeNow, nextAt, foundNothing: items.length === 0 });
  }

  async #fetch({ name }: Queue, claim: { readonly nodeId: string; readonly limit: number }): Promise<FetchedWork> {
    const { suspectAfter } = this.#trial;
    const suspectLimit = this.#trial.reserve();
    let suspect: ActivityRun | undefined;
    try {
      const request = { ...claim, queue: name, activities: this.#activities, suspectAfter, suspectLimit };
      const fetched = await this.#node.provider.fetchWork(request);
      // Under another id nothing of it is this node's any more.
      if (this.#node.lease.nodeId !== claim.nodeId) return { ...fetched, items: [] };
      for (const item of fetched.items) {
        const run = this.#execute(item);
        if (item.lost >= suspectAfter) suspect ??= run;
      }
      return fetched;
    } finally {
      if (suspectLimit > 0) this.#trial.begin(suspect);
    }
  }

  /**
   * There is a free slot, or nobody on trial: whoever found no room looks again, except the one that only gives back
   * what it did not use.
   */
  #onRoom(user?: Queue): void {
    for (const queue of this.#queues) {
      if (queue === user) continue;
      queue.hasMissedRoom = true;
      if (queue.isStarved) queue.signal.set();
      queue.isStarved = false;
    }
  }

  /** Gives nothing if the item is not to be run. */
  #execute(item: WorkItem): ActivityRun | undefined {
    const queue = this.#queues.find((candidate) => candidate.name === item.queue);
    const activity = this.#node.activityRegistry.get(item.name);
    if (queue === undefined || activity === undefined || this.#isStopped) {
      this.#unfinished.add(this.#handBack(item));
      return undefined;
    }
    let body: WorkBody;
    let policy: ActivityPolicy;
    try {
      body = decodeWork(item.body);
      policy = effectivePolicy(activity.policy, body.policy);
      const { claimsWithoutCommit } = this.#node.limits;
      if (item.lost >= maxLost(policy, claimsWithoutCommit)) throw lostTooOften(item);
    } catch (error) {
      this.#unfinished.add(this.#fail(item, error as PerdureError));
      return undefined;
    }
    const run = new ActivityRun(this.#node, item, body, activity, policy);
    this.#running.add(run);
    queue.running += 1;
    this.#unfinished.add(this.#whenEnded(run, queue));
    return run;
  }

  async #whenEnded(run: ActivityRun, queue: Queue): Promise<void> {
    const end = await run.ended;
    if (end.kind === "failed" || end.kind === "stopped") await run.storeLastBeat();
    // After a loss of the lease, another delivery of it may be running here.
    this.#running.remove(run);
    queue.running -= 1;
    const rest = this.#end(run, end);
    this.#onRoom();
    if (rest !== undefined) await rest;
  }

  /** Gives what is still to be waited for, if anything is. */
  #end(run: ActivityRun, end: ActivityEnd): Promise<unknown> | undefined {
    const { item } = run;
    if (end.kind === "lost") {
      run.debug("activity cancelled, or taken over by another node");
      return undefined;
    }
    if (end.kind === "committed" || end.kind === "completed") run.debug("activity completed");
    if (end.kind === "committed") return undefined;
    if (end.kind === "completed") {
      return this.#complete(item, { kind: "ActivityCompleted", payload: end.payload, ...earlierAttempts(item.note) });
    }
    const { policy, log, ms } = run;
    if (end.kind === "stopped") {
      log.info({ ms }, "activity handed back, because the node is stopping");
      return this.#handBack(item);
    }
    const { failures, note } = item;
    const attempt = failures + item.lost + 1;
    const { nodeId } = this.#node.lease;
    const node = nodeId === null ? {} : { node: nodeId };
    const delayMs = end.isFinal
      ? null
      : retryDelay(this.#node.host, policy, { error: end.error, failures: failures + 1 });
    const failure = errorToFailure(end.error);
    const tooLate =
      policy.scheduleToCloseMs !== undefined &&
      this.#node.provider.now() + (delayMs ?? 0) >= item.scheduledAt + policy.scheduleToCloseMs;
    if (delayMs === null || tooLate) {
      log.warn({ ms, err: end.error }, "activity failed");
      return this.#complete(item, {
        kind: "ActivityFailed",
        failure,
        attempts: attempt,
        ...node,
        ...earlierAttempts(note),
      });
    }
    log.info({ ms, delayMs, err: end.error }, "activity to be retried");
    const at = Math.round(this.#node.provider.now());
    return this.#node.pipeline.result({
      kind: "retry",
      ...fenceOf(item),
      delayMs,
      note: noteAfter(note, { attempt, at, ...node, failure }),
    });
  }

  /** Without having been run. */
  async #fail(item: WorkItem, error: PerdureError): Promise<void> {
    this.#node.logger.warn({ ...workFields(item), err: error }, "activity failed");
    const attempts = error instanceof ActivityError ? error.attempts : 0;
    await this.#complete(item, {
      kind: "ActivityFailed",
      failure: errorToFailure(error),
      attempts,
      ...earlierAttempts(item.note),
    });
  }

  /**
   * Straight into the instance's turn if it is hydrated here; otherwise through the orchestrator queue, which is to be
   * waited for.
   */
  #complete(item: WorkItem, end: CompletionContent): Promise<unknown> | undefined {
    const message = { ...end, ...addressOf(item.id) } as CompletionMessage;
    const fence = fenceOf(item);
    // After a loss it is recorded first: should the turn be what ends the process, it is not the activity's fault
    // again.
    if (item.lost === 0 && this.#router.offer(item.instanceId, message, fence)) return undefined;
    return this.#node.pipeline.result({ kind: "complete", ...fence, message: address(item.instanceId, message) });
  }

  async #handBack(item: WorkItem): Promise<void> {
    await this.#node.pipeline.result({ kind: "abandon", ...fenceOf(item) });
  }

  /** Items that the store has given to others, or removed, while they run here. */
  async #stopLost(): Promise<void> {
    const { nodeId } = this.#node.lease;
    if (nodeId === null || this.#running.size === 0) return;
    // Deliveries, and not items: the answer may be an old one, and a later delivery run here by now.
    const lost = await this.#node.provider.findLostWork(nodeId, this.deliveries());
    if (lost.length === 0) return;
    const keys = new Set(lost.map(keyOf));
    this.#stopWhere(
      ({ fence }) => keys.has(keyOf(fence)),
      "The activity was cancelled, or taken over by another node.",
    );
  }

  async #waitForRunning(timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#node.host.after(Math.min(timeoutMs, longestTimerMs), resolve);
    await Promise.race([promise, this.#unfinished.none()]);
    this.#node.host.cancel(timer);
  }
}

const keyOf = ({ id, delivery }: WorkFence): string => `${delivery} ${id}`;

type CompletionContent =
  | Omit<ActivityCompleted, "scheduledId" | "eventId" | "at">
  | Omit<ActivityFailed, "scheduledId" | "eventId" | "at">;
