import type { CarriedMessage } from "../history/index.ts";

/** Messages that have arrived and were not received yet, of all mailboxes, in the order of arrival. */
export class Mailboxes {
  // A Set keeps the order of arrival over all mailboxes, and lets go of a message from anywhere in it.
  readonly #arrived = new Set<CarriedMessage>();
  readonly #byName = new Map<string, CarriedMessage[]>();

  add(message: CarriedMessage): void {
    this.#arrived.add(message);
    const queue = this.#byName.get(message.mailbox);
    if (queue === undefined) this.#byName.set(message.mailbox, [message]);
    else queue.push(message);
  }

  /** The oldest message of the mailbox, removed; undefined if there is none. */
  take(mailbox: string): CarriedMessage | undefined {
    const queue = this.#byName.get(mailbox);
    const message = queue?.shift();
    if (message === undefined) return undefined;
    if (queue?.length === 0) this.#byName.delete(mailbox);
    this.#arrived.delete(message);
    return message;
  }

  get size(): number {
    return this.#arrived.size;
  }

  has(mailbox: string): boolean {
    return this.#byName.has(mailbox);
  }

  list(): CarriedMessage[] {
    return [...this.#arrived];
  }
}
