import type { NewWorkItem, WorkClaim, WorkItem } from "../contract.ts";
import { carriedDelivery } from "../carriable.ts";
import type { Transaction } from "./transaction.ts";
import { oldestVisible, runnableKinds } from "./visible-work.ts";

export interface Slots {
  readonly queue: string;
  readonly activities: ReadonlySet<string>;
  free: number;
  /** How many of them older work waits for. Counted at the first item that would fit. */
  older: number | null;
}

/** Gives the items that a commit inserts to the committing node, as far as it has free slots for them. */
export class WorkSlots {
  readonly #tx: Transaction;
  readonly #slots: readonly Slots[];
  #claimed: WorkItem[] = [];

  constructor(tx: Transaction, claims: readonly WorkClaim[]) {
    this.#tx = tx;
    this.#slots = claims.map(({ queue, activities, limit }) => ({
      queue,
      activities: new Set(activities),
      free: limit,
      older: null,
    }));
  }

  get claimed(): readonly WorkItem[] {
    return this.#claimed;
  }

  /** Slots of which one is free for the item, and no older work waits for it. */
  openTo(item: NewWorkItem): Slots | undefined {
    // Whose it is, is decided where items are fetched.
    if (item.session !== undefined) return undefined;
    const slots = this.#slots.find(
      ({ queue, activities, free }) => queue === item.queue && free > 0 && activities.has(item.name),
    );
    if (slots === undefined) return undefined;
    slots.older ??= this.#countOlder(slots);
    return slots.free > slots.older ? slots : undefined;
  }

  /** `carrier`: the instance that carries the item, if one does. */
  take(slots: Slots, item: NewWorkItem, instanceId: string, carrier?: number): void {
    slots.free -= 1;
    const { id, queue, name, body, payload } = item;
    const delivery = { delivery: carriedDelivery, failures: 0, lost: 0, scheduledAt: this.#tx.now };
    const claimed = { id, queue, name, instanceId, body, payload, ...delivery, heartbeat: null, note: null };
    this.#claimed.push(carrier === undefined ? claimed : { ...claimed, instance: carrier });
  }

  /** Returns what undoes the takes of a turn that fails. */
  mark(): () => void {
    const claimed = [...this.#claimed];
    const free = this.#slots.map((slots) => slots.free);
    return () => {
      this.#claimed = claimed;
      for (const [index, slots] of this.#slots.entries()) slots.free = free[index] as number;
    };
  }

  // Without this, a busy node would serve its own instances for ever and starve whatever was queued before.
  #countOlder({ queue, activities, free }: Slots): number {
    let older = 0;
    for (const kind of runnableKinds(this.#tx.db, queue, [...activities])) {
      older += oldestVisible(this.#tx, kind, { limit: free - older }).length;
      if (older >= free) break;
    }
    return older;
  }
}
