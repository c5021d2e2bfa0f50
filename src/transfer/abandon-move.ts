import { MoveConflictError } from "../errors/index.ts";
import { pagesOf } from "./dump-pages.ts";
import { moveNoteOf } from "./move-note.ts";
import { type MoveRequest, otherMove } from "./seal-by.ts";

/**
 * Undoes a move that was begun and not finished: what it put into the new store is removed there, and the old store can
 * be used again, as it was. Does nothing if neither has a seal. Rejects with `MoveConflictError` when the move was
 * finished, or the two are not the stores of one move.
 */
export async function abandonMove({ from, to }: MoveRequest): Promise<void> {
  const [source, target] = [await from.transfer.readSeal(), await to.transfer.readSeal()];
  if (source === null && target === null) return;
  if (source?.state !== "moving") {
    const what = source === null ? "has no seal" : `is sealed as "${source.state}"`;
    throw new MoveConflictError(`Nothing to abandon: the ${from.kind} store is not being moved. It ${what}.`);
  }
  const { moveId } = source;
  if (target !== null && target.moveId !== moveId) throw otherMove(to, target);
  // Without a note nothing was moved yet.
  if (moveNoteOf(target) !== null) {
    for await (const dumps of pagesOf(from)) await to.transfer.discard(dumps.map(({ record }) => record));
  }
  // The old store last: until then, the whole can be repeated.
  await to.transfer.unseal(moveId);
  await from.transfer.unseal(moveId);
}
