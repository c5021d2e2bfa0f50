import type { EnqueuedMessage, InstanceStatus, StoredText } from "../contract.ts";
import { hasEnded } from "./instance-row.ts";
import { type Lane, laneNumbers } from "./message-lane.ts";
import { RowInsert } from "./row-insert.ts";
import type { Transaction } from "./transaction.ts";

const SELECT_RECEIVER = "SELECT key, status FROM perdure_instances WHERE instance_id = ?";

const insertMessages = new RowInsert("perdure_messages", "key, lane, body, payload, inbound");

// An instance that is being held back stays so: it becomes ready when that time is over.
const MARK_READY = `
  UPDATE perdure_ownerships SET ready_since = max(?, available_at) WHERE key = ? AND ready_since IS NULL`;

const MARK_ENDING = "UPDATE perdure_ownerships SET ending = 1 WHERE key = ? AND ending = 0";

export interface KeyedMessage extends StoredText {
  /** Of the receiver. */
  readonly key: number;
  readonly isInbound?: boolean;
}

export interface Delivery {
  readonly status: "queued" | "unknown" | "ended";
  /** Null when nobody received it. */
  readonly key: number | null;
}

/** Queues a message, unless the receiver does not exist or has ended. */
export function deliverMessage(tx: Transaction, message: EnqueuedMessage): Delivery {
  const receiver = tx.db.get<[number, InstanceStatus]>(SELECT_RECEIVER, message.instanceId);
  if (receiver === undefined) return { status: "unknown", key: null };
  const [key, status] = receiver;
  if (hasEnded(status)) return { status: "ended", key: null };
  const { body, payload, lane, inbound } = message;
  queueMessages(tx, laneNumbers[lane], [{ key, body, payload, isInbound: inbound !== undefined }]);
  return { status: "queued", key };
}

/** In this order. */
export function queueMessages(tx: Transaction, lane: Lane, messages: readonly KeyedMessage[]): void {
  insertMessages.run(
    tx.db,
    messages.flatMap(({ key, body, payload, isInbound }) => [key, lane, body, payload, isInbound === true ? 1 : 0]),
  );
  for (const { key } of messages) {
    tx.db.run(MARK_READY, tx.now, key);
    if (lane === laneNumbers.ending) tx.db.run(MARK_ENDING, key);
  }
  if (messages.length > 0) tx.wake.instancesReady();
}
