import { StorageError } from "../../src/errors/index.ts";
import type { Provider, Wake } from "../../src/providers/contract.ts";
import { StoreClock } from "../../src/providers/postgres/store-clock.ts";
import type { Coverage } from "./coverage.ts";
import type { Dice } from "./dice.ts";
import type { Method, ObservedStore } from "./observed-store.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SimProcess } from "./sim-process.ts";

/** How often what goes wrong; shares of all calls, or of all hints. */
export interface FaultRates {
  /** The store never hears of the call, and the caller hears that it failed. */
  readonly failBefore: number;
  /** The call takes effect, and the caller hears that it failed. */
  readonly failAfter: number;
  /** Nothing is heard for very long; then that it failed. It may have taken effect. */
  readonly silent: number;
  /** The store hears of it twice, at different times. */
  readonly duplicate: number;
  /** The call or its answer takes long, and others overtake it. */
  readonly slow: number;
  readonly lostHint: number;
  /** One that nothing has happened for; for each answer of the store. */
  readonly spuriousHint: number;
}

export const noFaults: FaultRates = {
  failBefore: 0,
  failAfter: 0,
  silent: 0,
  duplicate: 0,
  slow: 0,
  lostHint: 0,
  spuriousHint: 0,
};

export interface NetworkOptions {
  readonly scheduler: Scheduler;
  readonly dice: Dice;
  readonly store: ObservedStore;
  readonly coverage: Coverage;
  readonly rates: FaultRates;
  /** What every call takes, there and back, on average. */
  readonly latencyMs: number;
  /** Processes know the store's time only from its answers. */
  readonly isRemote: boolean;
}

/** What lies between the processes and the one store. */
export class Network {
  readonly #options: NetworkOptions;
  readonly #cut = new Set<SimProcess>();
  rates: FaultRates;
  isStoreDown = false;
  /** Called for every call before it leaves its process; returning false ends it there. */
  onCall: (process: SimProcess, method: Method) => "send" | "die before" | "die after" = () => "send";

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.rates = options.rates;
  }

  cut(process: SimProcess): void {
    this.#cut.add(process);
  }

  mend(process: SimProcess): void {
    this.#cut.delete(process);
  }

  heal(): void {
    this.#cut.clear();
    this.isStoreDown = false;
    this.rates = noFaults;
  }

  /** The store as one process sees it. */
  linkOf(process: SimProcess): Provider {
    const { store, isRemote } = this.#options;
    const clock = new StoreClock(() => process.now());
    clock.read(store.provider.now());
    return new Proxy(store.provider, {
      get: (target, key): unknown => {
        if (key === "now") return () => (isRemote ? clock.now() : target.now());
        if (key === "subscribe") return (listener: (wake: Wake) => void) => this.#subscribe(process, listener);
        if (key === "close" || key === Symbol.asyncDispose) return () => Promise.resolve();
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => this.#call({ process, method: key as Method, args, clock });
      },
    });
  }

  #call(call: Call): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (call.process.isDead) return;
      const crash = this.onCall(call.process, call.method);
      if (crash === "die before") return;
      const settle: Settle = {
        answer: (value) => this.#deliver(call, () => this.#answered(call, value, resolve)),
        fail: (error, afterMs) => this.#deliver(call, () => reject(error), afterMs),
      };
      this.#send(call, settle);
    });
  }

  #answered({ process, clock }: Call, value: unknown, resolve: (value: unknown) => void): void {
    const storeNow = (value as { storeNow?: number } | null | undefined)?.storeNow;
    if (storeNow !== undefined) clock.read(storeNow);
    if (this.#options.dice.chance(this.rates.spuriousHint)) this.#hint(process);
    resolve(value);
  }

  #send(call: Call, { answer, fail }: Settle): void {
    const { coverage, dice } = this.#options;
    const { method } = call;
    const lost = (why: string) => new StorageError(`Simulated: ${method} ${why}.`);
    const fate = this.#fateOf(call);
    if (fate !== "answered") coverage.fault(`call ${fate}`);
    switch (fate) {
      case "answered":
      case "slow":
        return this.#apply(call, answer, fail);
      case "failBefore":
        return fail(lost("was not sent"), 0);
      case "failAfter":
        return this.#apply(call, () => fail(lost("got no answer"), 0), fail);
      case "silent": {
        const patienceMs = dice.between(5_000, 60_000);
        if (dice.chance(0.5))
          this.#apply(
            call,
            () => undefined,
            () => undefined,
          );
        return fail(lost("was not answered in time"), patienceMs);
      }
      case "duplicate":
        return this.#sendTwice(call, { answer, fail });
    }
  }

  #sendTwice(call: Call, { answer, fail }: Settle): void {
    const again = (then: () => void) => this.#apply(call, then, then, this.#options.dice.between(0, 3_000));
    const nothing = (): void => undefined;
    switch (call.method) {
      case "commit":
        // Only the first says what work it has brought, so it has to be the one that is answered.
        return this.#apply(
          call,
          (value) => {
            answer(value);
            again(nothing);
          },
          fail,
        );
      case "createInstances":
        // Whoever hears that it was started may delete it, and another start after that is one.
        return this.#apply(call, (value) => again(() => answer(value)), fail);
      default:
        this.#apply(call, answer, fail);
        return again(nothing);
    }
  }

  #fateOf({ process, method }: Call): "answered" | keyof Omit<FaultRates, "lostHint" | "spuriousHint"> {
    const { dice } = this.#options;
    if (this.#cut.has(process) || this.isStoreDown) return dice.chance(0.7) ? "failBefore" : "silent";
    let left = dice.next();
    for (const fate of ["failBefore", "failAfter", "silent", "slow", "duplicate"] as const) {
      left -= this.rates[fate];
      if (left >= 0) continue;
      if (fate === "duplicate" && !repeatable.has(method)) return "answered";
      // Whoever sends a message has to know some time whether it was sent, or they could never send it again.
      return fate === "silent" && method === "enqueue" ? "failBefore" : fate;
    }
    return "answered";
  }

  #apply(call: Call, answer: (value: unknown) => void, fail: Settle["fail"], moreMs = 0): void {
    const { scheduler, store } = this.#options;
    scheduler.after(this.#latency() + moreMs, () => {
      store.call(call.process.name, call.method, call.args).then(answer, (error: unknown) => fail(error as Error, 0));
    });
  }

  #deliver({ process }: Call, action: () => void, moreMs = 0): void {
    this.#options.scheduler.after(this.#latency() + moreMs, () => process.deliver(action));
  }

  #latency(): number {
    const { dice, latencyMs } = this.#options;
    if (dice.chance(this.rates.slow)) return dice.between(50, 20_000);
    return dice.next() * latencyMs;
  }

  #subscribe(process: SimProcess, listener: (wake: Wake) => void): () => void {
    const { scheduler, store, dice, coverage } = this.#options;
    const listeners = this.#listeners.get(process) ?? new Set();
    this.#listeners.set(process, listeners.add(listener));
    const unsubscribe = store.provider.subscribe((wake) => {
      if (process.isDead) return;
      if (this.#cut.has(process) || dice.chance(this.rates.lostHint)) return coverage.fault("hint lost");
      scheduler.after(this.#latency(), () => process.deliver(() => listeners.has(listener) && listener(wake)));
    });
    return () => {
      listeners.delete(listener);
      unsubscribe();
    };
  }

  readonly #listeners = new Map<SimProcess, Set<(wake: Wake) => void>>();

  #hint(process: SimProcess): void {
    this.#options.coverage.fault("hint spurious");
    const changed = this.#options.dice.chance(0.5) ? null : [];
    for (const listener of this.#listeners.get(process) ?? []) {
      listener({ instances: true, work: true, timerDueAt: null, changed, ended: changed });
    }
  }
}

interface Call {
  readonly process: SimProcess;
  readonly method: Method;
  readonly args: readonly unknown[];
  readonly clock: StoreClock;
}

interface Settle {
  readonly answer: (value: unknown) => void;
  readonly fail: (error: Error, afterMs: number) => void;
}

/**
 * What may reach the store twice without the sender knowing. Claims may not: what the second one takes, its node never
 * hears of, so a provider must not repeat them by itself. Nor may a client's message, which would then be two.
 */
const repeatable: ReadonlySet<Method> = new Set<Method>([
  "openLease",
  "renewLease",
  "releaseInstances",
  "endTrial",
  "heartbeatWork",
  "findLostWork",
  "fireTimers",
  "commit",
  "createInstances",
  "readInstance",
  "readProgress",
  "readHistory",
]);
