import type { AnyOrchestration, Client } from "../../src/index.ts";
import type { Activities } from "./activities.ts";

type Outcome =
  | { readonly status: "completed"; readonly result: unknown }
  | { readonly status: "cancelled" | "terminated" };

/** What the driver gives a kind to work with. */
export interface Play {
  readonly client: Client;
  readonly instanceId: string;
  readonly random: () => number;
  /** Asks the store again and again, as long as it does not answer; safe for what may be asked twice. */
  readonly insist: <T>(ask: () => Promise<T>) => Promise<T>;
}

/** A kind of instance: what starts it, what happens to it on the way, and what has to come of it. */
export interface Kind {
  readonly name: string;
  readonly orchestrations: readonly AnyOrchestration[];
  /** The input of one instance, and how it has to end. */
  plan(random: () => number): { readonly input: unknown; readonly outcome: Outcome };
  /** What the outside world does to it after its start. */
  interfere?(play: Play, input: unknown): Promise<void>;
}

export type KindOf = (activities: Activities) => Kind;

export const below = (random: () => number, limit: number): number => Math.floor(random() * limit);
