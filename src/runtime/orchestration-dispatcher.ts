import { splitHandler } from "../definition/index.ts";
import { NotRegisteredError, type PerdureError } from "../errors/index.ts";
import type { FetchInstances, FetchedInstance } from "../providers/contract.ts";
import { backoffMs } from "./backoff.ts";
import { InstanceRouter } from "./instance-router.ts";
import type { Node } from "./node.ts";
import { safetyNetMs } from "./safety-net.ts";
import { WakeSignal } from "./wake-signal.ts";

const suspectAfter = 2;
const messageLimit = 500;

/** Takes instances that have messages off the orchestrator queue, and hands them to the router. */
export class OrchestrationDispatcher {
  readonly router: InstanceRouter;
  readonly #node: Node;
  readonly #handlers: readonly string[];
  readonly #signal = new WakeSignal();
  #loop: Promise<void> = Promise.resolve();
  #idleTimer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #mayHaveMissed = false;

  constructor(node: Node) {
    this.#node = node;
    this.#handlers = node.orchestrationRegistry.handlers();
    this.router = new InstanceRouter(node, () => this.#onIdle());
  }

  start(): void {
    this.#loop = this.#run();
    const everyMs = Math.max(50, Math.min(this.#node.dehydrateAfterMs / 2, 5_000));
    this.#idleTimer = setInterval(() => {
      this.router.dehydrateIdle().catch((error: unknown) => this.#node.logger.warn({ error }, "dehydration failed"));
    }, everyMs);
  }

  wake(): void {
    this.#signal.set();
  }

  /** Takes nothing more; resolves when the turns under way are committed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#idleTimer);
    this.#signal.set();
    await this.#loop;
    await this.router.stop();
  }

  /** Ends instances that need what no live node has had for the grace period. */
  async endUnservable(graceMs: number): Promise<void> {
    const fetched = await this.#fetch({ unservableForMs: graceMs });
    for (const instance of fetched.instances) this.router.accept(instance, notRegistered(instance.handler, graceMs));
  }

  #onIdle(): void {
    if (!this.#mayHaveMissed) return;
    this.#mayHaveMissed = false;
    this.#signal.set();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#isStopped) {
      let waitMs = safetyNetMs;
      try {
        waitMs = await this.#takeOnce();
        failures = 0;
      } catch (error) {
        failures += 1;
        this.#node.logger.warn({ failures, error }, "fetching instances failed; trying again");
        waitMs = backoffMs(failures);
      }
      if (!this.#isStopped && waitMs > 0) await this.#signal.wait(waitMs);
    }
  }

  /** Gives how long to wait before the next fetch. */
  async #takeOnce(): Promise<number> {
    const limit = this.#node.maxTurns - this.router.runningCount;
    if (limit <= 0 || this.#node.lease.nodeId === null) {
      this.#mayHaveMissed = true;
      return safetyNetMs;
    }
    if (this.router.runningCount > 0) this.#mayHaveMissed = true;
    const { instances, nextAvailableAt, storeNow } = await this.#fetch({ limit });
    const suspect = instances.find(({ claims, withheld }) => claims > suspectAfter && !withheld);
    if (suspect !== undefined) await this.#runAlone(suspect);
    else for (const instance of instances) await this.#accept(instance);
    const claimed = instances.filter(({ history }) => history !== null).length;
    if (suspect !== undefined || claimed >= limit) return 0;
    return nextAvailableAt === null ? safetyNetMs : Math.min(safetyNetMs, Math.max(1, nextAvailableAt - storeNow));
  }

  /** If it takes the process with it, nothing else is lost but its own claim. */
  async #runAlone(suspect: FetchedInstance): Promise<void> {
    this.#node.logger.warn({ instanceId: suspect.instanceId, claims: suspect.claims }, "suspect: running it alone");
    await this.router.quiet();
    await this.#accept(suspect);
    await this.router.quiet();
  }

  async #accept(instance: FetchedInstance): Promise<void> {
    const { instanceId, claims, epoch, messages, history } = instance;
    this.#node.logger.debug(
      { instanceId, epoch, claims, messages: messages.length, replay: history?.length ?? null },
      history === null ? "messages for a hydrated instance" : "claimed",
    );
    if (this.router.accept(instance) === "accepted") return;
    // Owned by this node and known to nobody: the answer to an earlier claim was lost.
    const { nodeId } = this.#node.lease;
    if (nodeId !== null) await this.#node.provider.releaseInstances(nodeId, [{ ref: instance.ref, epoch }]);
    this.#signal.set();
  }

  #fetch(request: Partial<FetchInstances>) {
    return this.#node.provider.fetchInstances({
      nodeId: this.#node.lease.nodeId ?? "",
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

function notRegistered(handler: string, graceMs: number): PerdureError {
  const { name, version } = splitHandler(handler);
  const what = version === "*" ? `Orchestration "${name}"` : `Orchestration "${name}" version ${version}`;
  return new NotRegisteredError(
    `${what} is not registered on any live node, and has not been for ${graceMs} ms. Deploy a node that has it ` +
      'before instances need it, or use onMissingVersion: "wait".',
  );
}
