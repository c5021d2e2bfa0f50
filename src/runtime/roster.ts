/** Its place on the roster that it is on. */
export interface Rostered {
  rosterPlace: number;
}

/**
 * Who is at work, in no order: thousands a second come and go. Not a `Set` or a `Map`, because each table of one that
 * has been replaced by its next refers to that. Once one of them is old, whatever stood in those after it is kept until
 * the next full collection, and copied twice before that.
 */
export class Roster<T extends Rostered> implements Iterable<T> {
  readonly #members: T[] = [];

  get size(): number {
    return this.#members.length;
  }

  add(member: T): void {
    member.rosterPlace = this.#members.push(member) - 1;
  }

  /** It must be on this roster. */
  remove({ rosterPlace }: T): void {
    const last = this.#members.pop() as T;
    if (last.rosterPlace === rosterPlace) return;
    this.#members[rosterPlace] = last;
    last.rosterPlace = rosterPlace;
  }

  /** As it is now: members may leave meanwhile. */
  [Symbol.iterator](): Iterator<T> {
    return this.#members.slice().values();
  }
}
