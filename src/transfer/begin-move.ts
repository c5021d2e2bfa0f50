import { randomId } from "../values/index.ts";
import { checkOverlap } from "./check-overlap.ts";
import { checkSeals, sameStore } from "./check-seals.ts";
import { type MoveNote, moveNoteOf, moveNoteText } from "./move-note.ts";
import { type MoveRequest, sealBy } from "./seal-by.ts";

export interface Move {
  readonly moveId: string;
  readonly note: MoveNote;
}

/** Seals both stores, or goes on with the move that did. What keeps them from being moved leaves both unsealed. */
export async function beginMove(stores: MoveRequest): Promise<Move> {
  const { from } = stores;
  const { source, target } = await checkSeals(stores);
  const moveId = source?.moveId ?? randomId();
  if (source === null) await sealBy(from, { state: "moving", moveId, note: "" });
  const note = moveNoteOf(target) ?? (await prepareTarget(stores, moveId));
  return { moveId, note };
}

async function prepareTarget(stores: MoveRequest, moveId: string): Promise<MoveNote> {
  const { from, to } = stores;
  try {
    // Only now does the other store say so, if it is the same one.
    if ((await to.transfer.readSeal())?.state === "moving") throw sameStore();
    await sealBy(to, { state: "receiving", moveId, note: "" });
    const counts = await to.transfer.count();
    if (counts.instances > 0) await checkOverlap(stores);
    await sealBy(to, { state: "receiving", moveId, note: moveNoteText({ counts }) });
    return { counts };
  } catch (error) {
    // Nothing was moved: nobody has to undo anything. The new store first, for its counterpart tells whose it is.
    await to.transfer.unseal(moveId).catch(() => undefined);
    await from.transfer.unseal(moveId).catch(() => undefined);
    throw error;
  }
}
