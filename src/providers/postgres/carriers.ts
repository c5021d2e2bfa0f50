import { carriedDelivery, isCarriable } from "../carriable.ts";
import type { InstanceRef, NewWorkItem, TurnCommit, WorkFence } from "../contract.ts";

/** What becomes of the one work item that the row of an instance carries. */
export interface Carries {
  /** The item that it carries; it ends with the turn. */
  readonly ended: WorkFence | null;
  /** The item that it may carry from then on. */
  readonly next: NewWorkItem | null;
  /** It carries what must not be left behind and does not end with the turn. */
  readonly isInTheWay: boolean;
}

/** Whether an instance carried the item when it was handed out. */
const wasCarried = ({ instance, delivery }: WorkFence): boolean =>
  instance !== undefined && delivery === carriedDelivery;

/**
 * Which instances carry a work item, as far as this process knows, which has let them. It is for nothing but to ask for
 * what will hold: where it is wrong, the turn does not hold as it was sent, and is committed with care.
 */
export class Carriers {
  readonly #keys = new Set<number>();

  /** Null if the turn leaves alone whatever its instance carries. */
  carriedBy(turn: TurnCommit): Carries | null {
    const { ackedWork, work, cancelledWork, closes, release } = turn;
    const key = Number(turn.ref);
    const carriesOne = this.#keys.has(key);
    const ended = carriesOne ? (ackedWork.find(wasCarried) ?? null) : null;
    const isFree = ended !== null || !carriesOne;
    const [item] = work;
    const next = isFree && !release && work.length === 1 && item !== undefined && isCarriable(item) ? item : null;
    // Whatever is then still carried would be left behind, or not be found.
    const mustBeEmpty = closes || release || cancelledWork.length > 0;
    if (ended === null && next === null && !mustBeEmpty) return null;
    return { ended, next, isInTheWay: mustBeEmpty && !isFree };
  }

  carries(ref: InstanceRef): void {
    this.#keys.add(Number(ref));
  }

  /** What is known of any. */
  forget(): void {
    this.#keys.clear();
  }

  /** Its row carries nothing any more, if it is the row of one. */
  isEmpty(ref: InstanceRef | undefined): void {
    if (ref !== undefined) this.#keys.delete(Number(ref));
  }
}
