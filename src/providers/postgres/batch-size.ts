import type { CommitBatch, TurnCommit } from "../contract.ts";

interface Text {
  /** Whoever commits may have got it wrong; what cannot be stored is refused where it is stored. */
  readonly body?: string | null | undefined;
  readonly payload: string | null;
}

/** About how much text a batch carries. */
export function charsOf({ turns, results }: CommitBatch): number {
  let sum = 0;
  for (const turn of turns) sum += charsOfTurn(turn);
  for (const result of results) if (result.kind === "complete") sum += charsOfText(result.message);
  return sum;
}

function charsOfTurn({ events, work, messages, starts, state }: TurnCommit): number {
  let sum = 0;
  for (const event of events) sum += charsOfText(event);
  for (const item of work) sum += charsOfText(item);
  for (const message of messages) sum += charsOfText(message);
  for (const { message } of starts) sum += charsOfText(message);
  for (const change of state) sum += charsOfText(change);
  return sum;
}

const charsOfText = ({ body, payload }: Text): number => (body?.length ?? 0) + (payload?.length ?? 0);
