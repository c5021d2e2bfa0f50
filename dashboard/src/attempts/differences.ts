/** A piece of a text, and whether the text before had it too. */
export interface Piece {
  readonly text: string;
  readonly isNew: boolean;
}

/** Beyond this nobody reads word by word, and the table of both would be large. */
const maxWords = 400;

/** What of a text another one, the one before, did not say: by words, in order. All of it is known if there is none. */
export function differences(before: string | null, after: string): readonly Piece[] {
  if (before === null || before === after || after === "") return [{ text: after, isNew: false }];
  const [old, now] = [wordsOf(before), wordsOf(after)];
  if (old.length > maxWords || now.length > maxWords) return [{ text: after, isNew: true }];
  const kept = common(old, now);
  const pieces: { text: string; isNew: boolean }[] = [];
  for (const [index, text] of now.entries()) {
    const isBetween = text.trim() === "" && !kept.has(index - 1) && index + 1 < now.length && !kept.has(index + 1);
    // What is new on both sides of a space is one piece for whoever reads it.
    const isNew = !kept.has(index) || (isBetween && index > 0);
    const last = pieces.at(-1);
    if (last?.isNew === isNew) last.text += text;
    else pieces.push({ text, isNew });
  }
  return pieces;
}

// Words, numbers, and what stands between them, each by itself.
const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];

/** Places in `now` of the longest sequence that both have. */
function common(old: readonly string[], now: readonly string[]): Set<number> {
  const width = now.length + 1;
  const lengths = new Uint16Array((old.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = now.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        old[row] === now[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const kept = new Set<number>();
  for (let row = 0, column = 0; row < old.length && column < now.length;) {
    if (old[row] === now[column]) {
      kept.add(column);
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return kept;
}
