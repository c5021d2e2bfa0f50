import type { EventRow } from "../contract.ts";
import type { Connection } from "./connection.ts";

const SELECT_EXECUTION = `
  SELECT o.key, o.execution_id FROM perdure_instances i JOIN perdure_ownerships o ON o.key = i.key
   WHERE i.instance_id = ?`;

const SELECT_HISTORY = `
  SELECT event_id, at, body, payload FROM perdure_history WHERE key = ? AND execution_id = ? ORDER BY event_id`;

/** Null when there is no such instance or execution. */
export function readHistory(db: Connection, instanceId: string, executionId?: number): EventRow[] | null {
  return db.snapshot(() => {
    const instance = db.get<[number, number]>(SELECT_EXECUTION, instanceId);
    if (instance === undefined) return null;
    const [key, current] = instance;
    const events = loadHistory(db, key, executionId ?? current);
    // Only the current execution can be without events: it gets them with its own first commit.
    return events.length === 0 && executionId !== undefined && executionId !== current ? null : events;
  });
}

export function loadHistory(db: Connection, key: number, executionId: number): EventRow[] {
  const rows = db.all<[number, number, string, string | null]>(SELECT_HISTORY, key, executionId);
  return rows.map(([eventId, at, body, payload]) => ({ eventId, at, body, payload }));
}
