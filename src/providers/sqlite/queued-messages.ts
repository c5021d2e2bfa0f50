import type { QueuedMessage } from "../contract.ts";
import type { Connection } from "./connection.ts";
import { type Lane, laneFromNumber } from "./message-lane.ts";
import { LIMIT } from "./row-limit.ts";

const SELECT_MESSAGES = `
  SELECT seq, lane, body, payload FROM perdure_messages WHERE key = ? ORDER BY lane, seq ${LIMIT}`;

type Columns = [token: number, lane: Lane, body: string, payload: string | null];

/** The first messages that wait for an instance: by lane, and then in the order of their arrival. */
export function queuedMessages(db: Connection, key: number, limit: number): QueuedMessage[] {
  const rows = db.all<Columns>(SELECT_MESSAGES, key, limit);
  return rows.map(([token, lane, body, payload]) => ({ token, lane: laneFromNumber(lane), body, payload }));
}
