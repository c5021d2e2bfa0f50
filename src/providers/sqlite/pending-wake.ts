import type { InstanceProgress, Wake } from "../contract.ts";

/** Gathers, during a transaction, what others will want to hear of once it is committed. */
export class PendingWake {
  #instances = false;
  /** Instances have become ready that nobody has been told of before the commit. */
  #isNew = false;
  #work = false;
  #timerDueAt: number | null = null;
  readonly #changed = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #ends = new Map<string, InstanceProgress>();

  instancesReady(): void {
    this.#instances = true;
    this.#isNew = true;
  }

  /** All that were ready have been taken, within the same transaction, and nobody else has to be told. */
  instancesTaken(): void {
    this.#instances = false;
  }

  /** Whether there is something to be told before the commit, once. */
  takeReady(): boolean {
    const isNew = this.#isNew;
    this.#isNew = false;
    return isNew;
  }

  workQueued(): void {
    this.#work = true;
  }

  timerCreated(dueAt: number): void {
    if (this.#timerDueAt === null || dueAt < this.#timerDueAt) this.#timerDueAt = dueAt;
  }

  statusChanged(instanceId: string): void {
    this.#changed.add(instanceId);
  }

  /** It has come to its end, or is gone. `end`: how it ended, if that is known. */
  ended(instanceId: string, end: InstanceProgress | null): void {
    this.#changed.add(instanceId);
    this.#ended.add(instanceId);
    if (end === null) this.#ends.delete(instanceId);
    else this.#ends.set(instanceId, end);
  }

  add(other: PendingWake): void {
    this.#instances ||= other.#instances;
    this.#work ||= other.#work;
    if (other.#timerDueAt !== null) this.timerCreated(other.#timerDueAt);
    for (const instanceId of other.#changed) this.#changed.add(instanceId);
    for (const instanceId of other.#ended) this.ended(instanceId, other.#ends.get(instanceId) ?? null);
  }

  /** Null when there is nothing to tell. */
  take(): Wake | null {
    const quiet = !this.#instances && !this.#work && this.#timerDueAt === null && this.#changed.size === 0;
    if (quiet) return null;
    return {
      instances: this.#instances,
      work: this.#work,
      timerDueAt: this.#timerDueAt,
      changed: [...this.#changed],
      ended: [...this.#ended],
      ...(this.#ends.size > 0 && { ends: this.#ends }),
    };
  }
}
