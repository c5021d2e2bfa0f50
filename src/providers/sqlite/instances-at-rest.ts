import type { Connection } from "./connection.ts";
import { LIMIT } from "./row-limit.ts";
import type { Transaction } from "./transaction.ts";

const SELECT_DEPARTED = "SELECT capability FROM perdure_unservable WHERE departed = 1";

// Through all that run under the name, old ones first: only for a handler that its last node has left with.
const SELECT_AT_REST = `
  SELECT o.key, o.claims FROM perdure_instances i JOIN perdure_ownerships o ON o.key = i.key
   WHERE i.name = ? AND i.status IN ('pending', 'running') AND o.handler = ? AND o.owner IS NULL
     AND o.ready_since IS NULL AND o.quarantine IS NULL AND o.available_at <= ?
   ${LIMIT}`;

/** Handlers that nodes left with, and that no instance at rest was looked for since. */
export function departedHandlers(db: Connection): string[] {
  return db.all<[string]>(SELECT_DEPARTED).map(([handler]) => handler);
}

/** Instances that need the handler, and for which nothing is queued. */
export function instancesAtRest({ db, now }: Transaction, handler: string, limit: number) {
  const [name = ""] = handler.split("@");
  const rows = db.all<[key: number, claims: number]>(SELECT_AT_REST, name, handler, now, limit);
  return rows.map(([key, claims]) => ({ key, claims, readySince: now }));
}
