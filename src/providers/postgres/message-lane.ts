import type { CommitBatch, MessageLane, MessageToken, QueuedMessage } from "../contract.ts";

/** As stored: the order in which the lanes are handed out. */
export const laneNumbers = { ending: 0, start: 1, normal: 2 } as const satisfies Record<MessageLane, number>;

type Lane = (typeof laneNumbers)[MessageLane];

const lanes = ["ending", "start", "normal"] as const satisfies readonly MessageLane[];

export const laneFromNumber = (lane: number): MessageLane => lanes[lane as Lane];

/** A row of the messages of some instance, as functions give it. */
export type MessageColumns = [of: number, lane: Lane, seq: number, body: string, payload: string | null];

// Messages are found by lane and number, so a token holds both; it still grows with the number.
const lanesPerSeq = 4;

export function messageFromColumns([, lane, seq, body, payload]: MessageColumns): QueuedMessage {
  return { token: seq * lanesPerSeq + lane, lane: lanes[lane], body, payload };
}

export function splitToken(token: MessageToken): { readonly lane: number; readonly seq: number } {
  const number = Number(token);
  return { lane: number % lanesPerSeq, seq: Math.floor(number / lanesPerSeq) };
}

/** Rows by what they are of. */
export function groupRows<R extends [of: number, ...rest: unknown[]]>(rows: readonly R[] | null): Map<number, R[]> {
  const groups = new Map<number, R[]>();
  for (const row of rows ?? []) {
    const group = groups.get(row[0]);
    if (group === undefined) groups.set(row[0], [row]);
    else group.push(row);
  }
  return groups;
}

/** How many messages the answer to a commit brings of each instance, at most. */
export const messageLimitOf = ({ messageLimit = 1_000 }: CommitBatch): number => messageLimit;
