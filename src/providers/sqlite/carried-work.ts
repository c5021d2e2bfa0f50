import { carriedDelivery } from "../carriable.ts";
import type { WorkFence } from "../contract.ts";
import type { Connection } from "./connection.ts";
import type { Transaction } from "./transaction.ts";

/**
 * The row that every turn of an instance updates can carry the one work item that its owner runs for it, and then a
 * sequential step writes no row of the queue. Wherever more is to be done with the item than to hand on or to end it, it
 * is set down first: moved into the queue, as the same delivery. That changes nothing that anybody can see, and so it
 * may be done at any time, by anybody.
 */
const carried = "id, queue, name, body, payload, at"
  .split(", ")
  .map((column) => `carried_${column}`)
  .join(", ");

const moveToQueue = (condition: string) => `
  INSERT INTO perdure_work_items
    (id, key, execution_id, queue, name, body, payload, owner, delivery, visible_at, scheduled_at)
  SELECT carried_id, key, execution_id, carried_queue, carried_name, carried_body, carried_payload, owner, 1,
         carried_at, carried_at
    FROM perdure_ownerships
   WHERE ${condition} AND carried_id IS NOT NULL`;

const empty = (condition: string) => `
  UPDATE perdure_ownerships SET (${carried}) = (NULL, NULL, NULL, NULL, NULL, NULL)
   WHERE ${condition} AND carried_id IS NOT NULL`;

const MOVE_ONE = moveToQueue("key = ?");
const EMPTY_ONE = empty("key = ?");

const MOVE_OWNED = moveToQueue("owner = ?");
const EMPTY_OWNED = empty("owner = ?");

const SELECT_CARRIER = "SELECT key FROM perdure_ownerships WHERE owner = ? AND carried_id = ?";
const SELECT_CARRIER_AT = "SELECT key FROM perdure_ownerships WHERE key = ? AND owner = ? AND carried_id = ?";

/** Moves what an instance carries into the queue. */
export function setDown({ db }: Transaction, key: number): void {
  if (db.run(MOVE_ONE, key) > 0) db.run(EMPTY_ONE, key);
}

/** Moves into the queue what the instances of a node carry. */
export function setDownOwned({ db }: Transaction, nodeId: string): void {
  if (db.run(MOVE_OWNED, nodeId) > 0) db.run(EMPTY_OWNED, nodeId);
}

/** The instance that carries this very delivery for the node; null if none does. */
export function carrierOf(db: Connection, nodeId: string, { id, delivery, instance }: WorkFence): number | null {
  if (delivery !== carriedDelivery) return null;
  if (instance === undefined) return db.get<[number]>(SELECT_CARRIER, nodeId, id)?.[0] ?? null;
  return db.get<[number]>(SELECT_CARRIER_AT, Number(instance), nodeId, id)?.[0] ?? null;
}
