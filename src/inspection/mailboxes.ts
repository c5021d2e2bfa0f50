/** A message that somebody has received. */
export interface Receipt {
  readonly receiveId: number;
  readonly message: Message;
}

interface Message {
  readonly eventId: number;
  readonly payload: string;
}

/** Which message met which receive: both in the order in which they came, by mailbox. */
export class Mailboxes {
  readonly #messages = new Map<string, Message[]>();
  readonly #receives = new Map<string, number[]>();

  receive(mailbox: string, receiveId: number): Receipt | null {
    const message = this.#messages.get(mailbox)?.shift();
    if (message !== undefined) return { receiveId, message };
    append(this.#receives, mailbox, receiveId);
    return null;
  }

  arrive(mailbox: string, message: Message): Receipt | null {
    const receiveId = this.#receives.get(mailbox)?.shift();
    if (receiveId !== undefined) return { receiveId, message };
    append(this.#messages, mailbox, message);
    return null;
  }

  /** The receive has ended, whatever ended it: no message is for it any more. */
  giveUp(mailbox: string, receiveId: number): void {
    const waiting = this.#receives.get(mailbox);
    const index = waiting?.indexOf(receiveId) ?? -1;
    if (index !== -1) waiting?.splice(index, 1);
  }

  unread(): ReadonlyMap<string, number> {
    return new Map(
      [...this.#messages].filter(([, { length }]) => length > 0).map(([mailbox, { length }]) => [mailbox, length]),
    );
  }
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
