import { percentile } from "../bench/support/percentiles.ts";
import type { Report } from "./checker/violations.ts";

/** What is measured, and what it may be at most. */
export type BoundName = "takeover" | "first claim" | "half-open noticed" | "back at work";

export interface BoundSummary {
  readonly name: BoundName;
  readonly limitMs: number;
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export class Bounds {
  readonly #limits: Readonly<Record<BoundName, number>>;
  readonly #samples = new Map<BoundName, number[]>();
  readonly #report: Report;

  constructor(leaseMs: number, report: Report) {
    this.#report = report;
    this.#limits = {
      // Of what a node that died, stopped or was cut off had begun: until another node began it.
      takeover: leaseMs + 1_000,
      // After the server takes writes again, until anything was begun.
      "first claim": 2_000,
      // Until a connection that leads nowhere was given up.
      "half-open noticed": 15_000,
      // Of a node that lost its lease, after what kept it from working is over.
      "back at work": leaseMs + 15_000,
    };
  }

  note(name: BoundName, ms: number): void {
    const samples = this.#samples.get(name);
    if (samples === undefined) this.#samples.set(name, [ms]);
    else samples.push(ms);
    const limit = this.#limits[name];
    if (ms > limit) this.#report("bound", `${name}: ${Math.round(ms)} ms, and not within ${limit} ms`);
  }

  summary(): BoundSummary[] {
    return [...this.#samples].map(([name, samples]) => ({
      name,
      limitMs: this.#limits[name],
      count: samples.length,
      p50: Math.round(percentile(samples, 0.5)),
      p99: Math.round(percentile(samples, 0.99)),
      max: Math.round(Math.max(...samples)),
    }));
  }
}
