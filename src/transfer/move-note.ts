import type { StoreCounts, StoreSeal } from "../providers/contract.ts";

/** What the seal of the new store remembers until the end of the move. */
export interface MoveNote {
  /** What the store had before anything was moved into it. */
  readonly counts: StoreCounts;
}

export const moveNoteText = (note: MoveNote): string => JSON.stringify(note);

/** Null while nothing was moved yet. */
export const moveNoteOf = (seal: StoreSeal | null): MoveNote | null =>
  seal === null || seal.note === "" ? null : (JSON.parse(seal.note) as MoveNote);
