import { InvalidArgumentError, StoreMovedError } from "../errors/index.ts";
import type { StoreSeal } from "../providers/contract.ts";
import { type MoveRequest, otherMove } from "./seal-by.ts";

export interface Seals {
  readonly source: StoreSeal | null;
  readonly target: StoreSeal | null;
}

/** The seals of two stores that one move may have; throws when they are those of another, or of one that is over. */
export async function checkSeals({ from, to }: MoveRequest): Promise<Seals> {
  const [source, target] = [await from.transfer.readSeal(), await to.transfer.readSeal()];
  if (source?.state === "receiving") throw otherMove(from, source);
  if (target !== null && target.moveId !== source?.moveId) throw otherMove(to, target);
  if (source?.state === "moved" && target === null) {
    throw new StoreMovedError(`The ${from.kind} store was moved already. Open the store that it was moved into.`);
  }
  if (source !== null && target?.state === source.state) throw sameStore();
  return { source, target };
}

export const sameStore = () =>
  new InvalidArgumentError("A store cannot be moved into itself: `from` and `to` are the same.");
