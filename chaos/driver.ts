import { isDeepStrictEqual } from "node:util";
import { setTimeout as delay } from "node:timers/promises";
import { Client, StorageError } from "../src/index.ts";
import type { Provider } from "../src/providers/contract.ts";
import { Random } from "./random.ts";
import type { Kind } from "./workload/kind.ts";

export interface DriverOptions {
  readonly provider: Provider;
  readonly kinds: readonly Kind[];
  readonly seed: number;
  /** Instances that are under way at once. */
  readonly inFlight: number;
}

/** Starts instances, does to them what the outside world does, and looks at what comes of them. */
export class Driver {
  readonly client: Client;
  /** Instances that did not end as they have to. */
  readonly wrongEnds: string[] = [];
  started = 0;
  ended = 0;
  readonly #options: DriverOptions;
  readonly #lanes: Promise<void>[] = [];
  readonly #underWay = new Set<string>();
  #isStopped = false;
  #limit = Infinity;

  constructor(options: DriverOptions) {
    this.#options = options;
    this.client = new Client(options.provider);
  }

  /** Goes on until it is stopped, or has started so many. */
  start(limit = Infinity): void {
    this.#limit = limit;
    this.#isStopped = false;
    for (let lane = 0; lane < this.#options.inFlight; lane += 1) this.#lanes.push(this.#run());
  }

  /** Starts nothing more. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Resolves when all that was started has ended, with the ids of what has not after so long. */
  async finished(withinMs: number): Promise<readonly string[]> {
    const tooLate = new AbortController();
    const timer = delay(withinMs, undefined, { signal: tooLate.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#lanes.splice(0)), timer]);
    tooLate.abort();
    return [...this.#underWay];
  }

  async #run(): Promise<void> {
    const { kinds } = this.#options;
    while (!this.#isStopped && this.started < this.#limit) {
      this.started += 1;
      const kind = kinds[this.started % kinds.length] as Kind;
      await this.#play(kind, `${kind.name}-${this.started}`);
      this.ended += 1;
    }
  }

  async #play(kind: Kind, instanceId: string): Promise<void> {
    // Of its own, so that it does the same whatever becomes of the others meanwhile.
    const source = new Random(`${this.#options.seed} ${instanceId}`);
    const random = () => source.next();
    const { input, outcome } = kind.plan(random);
    this.#underWay.add(instanceId);
    try {
      await insist(() => this.client.start(kind.orchestrations[0]?.name as string, input, { instanceId }));
      await kind.interfere?.({ client: this.client, instanceId, random, insist }, input);
      const actual = await insist(() => this.#end(instanceId));
      if (!isDeepStrictEqual(actual, outcome)) {
        this.wrongEnds.push(`${instanceId} ended as ${JSON.stringify(actual)} and not as ${JSON.stringify(outcome)}`);
      }
    } catch (error) {
      this.wrongEnds.push(`${instanceId}: ${String(error)}`);
    }
    this.#underWay.delete(instanceId);
  }

  async #end(instanceId: string): Promise<object> {
    try {
      return { status: "completed", result: await this.client.getHandle(instanceId).result() };
    } catch (error) {
      if (error instanceof StorageError) throw error;
      const { status } = await this.client.getStatus(instanceId);
      return status === "cancelled" || status === "terminated" ? { status } : { status, error: String(error) };
    }
  }
}

/** A store that does not answer now will do so later. */
async function insist<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      await delay(50);
    }
  }
}
