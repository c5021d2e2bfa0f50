import { setTimeout as delay } from "node:timers/promises";
import type { Battlefield } from "./battlefield.ts";
import type { Fault } from "./faults/index.ts";
import { Random } from "./random.ts";

const patienceMs = 120_000;

/** Does one thing after the other to a battlefield, now and then two at once. */
export class Nemesis {
  readonly counts = new Map<string, number>();
  strikes = 0;
  last = "";
  readonly #field: Battlefield;
  readonly #faults: readonly Fault[];
  readonly #random: Random;

  constructor(field: Battlefield, faults: readonly Fault[], seed: string) {
    this.#field = field;
    this.#faults = faults;
    this.#random = new Random(seed);
  }

  async next(): Promise<void> {
    const first = this.#random.pick(this.#faults);
    const others = this.#faults.filter((fault) => fault !== first && !(fault.needsServer && first.needsServer));
    const together = others.length > 0 && this.#random.next() < 0.25 ? [first, this.#random.pick(others)] : [first];
    // Two at once may well keep each other from healing in time; then only the invariants count.
    this.#field.isCalm = together.length === 1;
    this.last = together.map(({ kind }) => kind).join(" + ");
    const done = Promise.all(
      together.map((fault) => {
        this.strikes += 1;
        this.counts.set(fault.kind, (this.counts.get(fault.kind) ?? 0) + 1);
        return fault.strike(this.#field, new Random(`${this.strikes} ${this.#random.next()}`));
      }),
    );
    const healed = new AbortController();
    try {
      await Promise.race([done, this.#runOutOfPatience(healed.signal)]);
    } finally {
      healed.abort();
    }
    this.#field.isCalm = true;
  }

  /** A fault that never heals would pass for minutes of peace. */
  async #runOutOfPatience(healed: AbortSignal): Promise<never> {
    await delay(patienceMs, undefined, { ref: false, signal: healed });
    const said = this.#field.server?.lastWords() ?? "";
    throw new Error(`${this.last} has not healed after ${patienceMs} ms. The server said last:\n${said}`);
  }
}
