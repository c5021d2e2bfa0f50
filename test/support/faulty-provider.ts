import { StorageError } from "../../src/errors/index.ts";
import type { Provider } from "../../src/providers/contract.ts";

type Asynchronous<K extends keyof Provider> = Provider[K] extends (...args: never[]) => Promise<unknown> ? K : never;
/** The methods of a provider that ask the store. */
export type Method = { [K in keyof Provider]-?: Asynchronous<K> }[keyof Provider];

export interface ProviderCall {
  readonly method: Method;
  /** Of this method, from 1. */
  readonly number: number;
  readonly args: readonly unknown[];
}

/**
 * What becomes of one call: it fails before the store hears of it; it takes effect and its answer is lost; it is sent
 * twice; or something is waited for first, or before the answer arrives.
 */
export type Fault =
  | "fail before"
  | "fail after"
  | "duplicate"
  | { readonly before?: () => unknown; readonly after?: (answer: unknown) => unknown };

/** Methods that change something in the store, and that a node calls. */
export const mutatingMethods: readonly Method[] = [
  "openLease",
  "renewLease",
  "closeLease",
  "fetchInstances",
  "releaseInstances",
  "releaseAllExcept",
  "fetchWork",
  "endTrial",
  "heartbeatWork",
  "fireTimers",
  "commit",
  "findUnservable",
  "expireWork",
];

/** A real provider with a bad connection: every call is counted, and may meet a fault on its way. */
export class FaultyProvider {
  readonly provider: Provider;
  readonly calls: ProviderCall[] = [];
  /** Decides for each call. Replace it at any time. */
  faultFor: (call: ProviderCall) => Fault | undefined;
  readonly #counts = new Map<string, number>();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(real: Provider, faultFor: (call: ProviderCall) => Fault | undefined = () => undefined) {
    this.faultFor = faultFor;
    this.provider = new Proxy(real, {
      get: (target, key) => {
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== "function") return member;
        const send = (...args: unknown[]): unknown => Reflect.apply(member, target, args);
        if (typeof key === "symbol" || direct.has(key)) return send;
        return (...args: unknown[]) => this.#track(this.#call(key as Method, args, send));
      },
    });
  }

  count(method: Method): number {
    return this.#counts.get(method) ?? 0;
  }

  /** Resolves when all calls that are under way now have been answered, however late. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  #track(answer: Promise<unknown>): Promise<unknown> {
    this.#underWay.add(answer);
    void answer.catch(() => undefined).finally(() => this.#underWay.delete(answer));
    return answer;
  }

  async #call(method: Method, args: readonly unknown[], send: (...args: unknown[]) => unknown): Promise<unknown> {
    const number = this.count(method) + 1;
    this.#counts.set(method, number);
    const call = { method, number, args };
    this.calls.push(call);
    const fault = this.faultFor(call);
    if (fault === undefined) return send(...args);
    if (fault === "duplicate") {
      const [answer] = await Promise.all([send(...args), send(...args)]);
      return answer;
    }
    if (fault === "fail before") throw new StorageError(`On purpose: ${method} ${number} was not sent.`);
    if (fault === "fail after") {
      await send(...args);
      throw new StorageError(`On purpose: the answer to ${method} ${number} was lost.`);
    }
    await fault.before?.();
    const answer = await send(...args);
    await fault.after?.(answer);
    return answer;
  }
}

const direct: ReadonlySet<string> = new Set(["now", "subscribe", "close"]);

/** A fault for one call of one method, and whether it ever came to that. */
export function once(method: Method, number: number, fault: Fault) {
  let wasMet = false;
  return {
    faultFor: (call: ProviderCall): Fault | undefined => {
      if (call.method !== method || call.number !== number) return undefined;
      wasMet = true;
      return fault;
    },
    wasMet: () => wasMet,
  };
}

/** Holds calls up until they are let go, all at once. */
export class Gate {
  readonly #opened = Promise.withResolvers<void>();
  readonly #reached = Promise.withResolvers<void>();

  /** Resolves when the first call stands in front of it. */
  readonly reached: Promise<void> = this.#reached.promise;

  readonly pass = (): Promise<void> => {
    this.#reached.resolve();
    return this.#opened.promise;
  };

  open(): void {
    this.#opened.resolve();
  }
}
