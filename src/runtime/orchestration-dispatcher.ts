import { splitHandler } from "../definition/index.ts";
import { NotRegisteredError, type PerdureError } from "../errors/index.ts";
import type { HostTimer } from "../host/index.ts";
import type { FetchInstances, FetchedInstance, FetchedInstances } from "../providers/contract.ts";
import { type Acceptance, InstanceRouter } from "./instance-router.ts";
import type { Node } from "./node.ts";
import { safetyNetMs } from "./safety-net.ts";
import { untilDue } from "./until-due.ts";
import { WakeLoop } from "./wake-loop.ts";

const suspectAfter = 2;
const messageLimit = 500;
const unservableLimit = 50;

/** Takes instances that have messages off the orchestrator queue, and hands them to the router. */
export class OrchestrationDispatcher {
  readonly router: InstanceRouter;
  readonly #node: Node;
  readonly #handlers: readonly string[];
  readonly #loop: WakeLoop;
  #idleTimer: HostTimer | undefined;
  #mayHaveMissed = false;
  readonly #claiming = new Set<Promise<unknown>>();

  constructor(node: Node) {
    this.#node = node;
    this.#loop = new WakeLoop({
      host: node.host,
      take: () => this.#takeOnce(),
      onFailure: (failures, err) => node.logger.warn({ failures, err }, "fetching instances failed; trying again"),
    });
    this.#handlers = node.orchestrationRegistry.handlers();
    this.router = new InstanceRouter(node, () => this.#onIdle());
  }

  start(): void {
    this.#loop.wake();
    const everyMs = Math.max(50, Math.min(this.#node.dehydrateAfterMs / 2, 5_000));
    this.#idleTimer = this.#node.host.every(everyMs, () => {
      this.router
        .dehydrateIdle()
        .catch((error: unknown) => this.#node.logger.warn({ err: error }, "dehydration failed"));
    });
  }

  wake(): void {
    this.#loop.wake();
  }

  /** Fetches before it returns, so that the fetch may share the commit that made it necessary. */
  nudge(): void {
    this.#loop.nudge();
  }

  /** Takes nothing more. Instances that are here may still have turns. */
  async stopTaking(): Promise<void> {
    this.#node.host.cancel(this.#idleTimer);
    await this.#loop.stop();
  }

  /** Ends instances that need what no live node has had for the grace period. */
  async endUnservable(graceMs: number): Promise<void> {
    let claimed: number;
    do {
      const { instances } = await this.#claim({ unservableForMs: graceMs, limit: unservableLimit }, ({ handler }) => ({
        endAs: notRegistered(handler, graceMs),
      }));
      claimed = instances.length;
    } while (claimed === unservableLimit);
  }

  /** Resolves when what is just being claimed, or is in its first turn here, has committed; null if nothing is. */
  unproven(): Promise<void> | null {
    if (this.#claiming.size === 0) return this.router.unproven();
    return Promise.allSettled(this.#claiming).then(() => this.router.unproven() ?? undefined);
  }

  #onMissed(): void {
    this.#mayHaveMissed = true;
    if (this.router.runningCount === 0) this.#onIdle();
  }

  #onIdle(): void {
    if (!this.#mayHaveMissed) return;
    this.#mayHaveMissed = false;
    this.#loop.wake();
  }

  /** Gives how long to wait before the next fetch. */
  async #takeOnce(): Promise<number> {
    const limit = this.#node.maxTurns - this.router.runningCount;
    if (limit <= 0 || this.#node.lease.nodeId === null) {
      this.#mayHaveMissed = true;
      return safetyNetMs;
    }
    const { instances, busyHasMail, nextAvailableAt, storeNow } = await this.#claim({ limit }, (instance) => ({
      isSuspect: isSuspect(instance),
    }));
    if (busyHasMail) this.#onMissed();
    const suspect = instances.find(isSuspect);
    if (suspect !== undefined) {
      const { instanceId, executionId, claims } = suspect;
      this.#node.logger.warn({ instanceId, executionId, claims }, "suspect: running it alone");
      await this.router.cleared();
      return 0;
    }
    const claimed = instances.filter(({ history }) => history !== null).length;
    if (claimed >= limit) return 0;
    return untilDue({ storeNow, nextAt: nextAvailableAt, foundNothing: instances.length === 0 });
  }

  /** Fetches, and hands to the router what came. */
  #claim(request: Partial<FetchInstances>, how: (instance: FetchedInstance) => Acceptance): Promise<FetchedInstances> {
    const claiming = this.#node.claims.claim(async () => {
      const nodeId = this.#node.lease.nodeId ?? "";
      const fetched = await this.#fetch({ nodeId, ...request });
      // Under another id nothing of it is this node's any more.
      const isOurs = this.#node.lease.nodeId === nodeId;
      const unknown = isOurs ? fetched.instances.filter((instance) => !this.#accept(instance, how(instance))) : [];
      if (unknown.length > 0) {
        await this.#node.provider.releaseInstances(nodeId, unknown);
        this.#loop.wake();
      }
      return fetched;
    });
    this.#claiming.add(claiming);
    return claiming.finally(() => this.#claiming.delete(claiming));
  }

  /** False if this node owns it and knows nothing of it. */
  #accept(instance: FetchedInstance, how: Acceptance): boolean {
    logClaim(this.#node, instance);
    const answer = this.router.accept(instance, how);
    if (answer === "missed") this.#onMissed();
    return answer !== "unknown";
  }

  #fetch(request: Partial<FetchInstances> & { readonly nodeId: string }) {
    return this.#node.provider.fetchInstances({
      limit: 50,
      handlers: this.#handlers,
      busy: this.router.busy(),
      suspectAfter,
      quarantineAfter: this.#node.limits.claimsWithoutCommit,
      unservableForMs: null,
      messageLimit,
      ...request,
    });
  }
}

function logClaim({ logger, lease }: Node, instance: FetchedInstance): void {
  if (logger.isLevelEnabled?.("debug") === false) return;
  const { instanceId, executionId, handler, claims, epoch, messages, history } = instance;
  const fields = { instanceId, executionId, orchestration: handler, epoch, messages: messages.length };
  if (history === null) logger.debug(fields, "messages for a hydrated instance");
  else logger.debug({ ...fields, claims, events: history.length, nodeId: lease.nodeId }, "claimed");
}

const isSuspect = ({ claims, history }: FetchedInstance): boolean => claims > suspectAfter && history !== null;

function notRegistered(handler: string, graceMs: number): PerdureError {
  const { name, version } = splitHandler(handler);
  const what = version === "*" ? `Orchestration "${name}"` : `Orchestration "${name}" version ${version}`;
  return new NotRegisteredError(
    `${what} is not registered on any live node, and has not been for ${graceMs} ms. Deploy a node that has it ` +
      'before instances need it, or use onMissingVersion: "wait".',
  );
}
