import type { NewInstance } from "../contract.ts";
import { deliverMessage } from "./deliver-message.ts";
import { laneNumbers } from "./message-lane.ts";
import type { Transaction } from "./transaction.ts";

const SELECT_EXISTING = "SELECT run_id FROM perdure_instances WHERE instance_id = ?";

const INSERT_INSTANCE = `
  INSERT INTO perdure_instances
    (instance_id, run_id, name, version, status, parent_instance_id, parent_run_id, parent_execution_id,
     parent_event_id, created_at, updated_at)
  VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?6, ?7, ?8, ?9, ?9)
  ON CONFLICT (instance_id) DO NOTHING`;

const INSERT_OWNERSHIP = "INSERT INTO perdure_ownerships (key, handler, ready_since) VALUES (?, ?, ?)";

const INSERT_MESSAGE = "INSERT INTO perdure_messages (key, lane, body, payload) VALUES (?, ?, ?, ?)";

export interface Start {
  /** True also when this very start is being sent again. */
  readonly created: boolean;
  /** Of the instance that has the id now. */
  readonly runId: string;
  /** Who got `onConflict`, if anybody did. */
  readonly notifiedKey: number | null;
}

/** Inserts the routing row and the start message, or leaves an existing instance alone. */
export function startInstance(tx: Transaction, start: NewInstance): Start {
  if (insertInstance(tx, start)) return { created: true, runId: start.runId, notifiedKey: null };
  const [runId] = tx.db.get<[string]>(SELECT_EXISTING, start.instanceId) as [string];
  if (runId === start.runId) return { created: true, runId, notifiedKey: null };
  const notifiedKey = start.onConflict === null ? null : deliverMessage(tx, start.onConflict).key;
  return { created: false, runId, notifiedKey };
}

/** False if there is one with this id. */
function insertInstance(tx: Transaction, start: NewInstance): boolean {
  const { instanceId, runId, name, version, handler, parent, message } = start;
  const parentColumns = [
    parent?.instanceId ?? null,
    parent?.runId ?? null,
    parent?.executionId ?? null,
    parent?.eventId ?? null,
  ];
  const key = tx.db.insert(INSERT_INSTANCE, instanceId, runId, name, version, ...parentColumns, tx.now);
  if (key === null) return false;
  tx.db.run(INSERT_OWNERSHIP, key, handler, tx.now);
  tx.db.run(INSERT_MESSAGE, key, laneNumbers.start, message.body, message.payload);
  tx.wake.instancesReady();
  tx.wake.statusChanged(instanceId);
  return true;
}
