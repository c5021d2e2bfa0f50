import type { SealOutcome, StoreSeal } from "../contract.ts";
import type { Connection } from "./connection.ts";
import { endExpiredLeases } from "./node-lease.ts";
import { sealedMessage } from "./sqlite-errors.ts";
import type { Transaction } from "./transaction.ts";

const SELECT_SEAL = "SELECT state, move_id, note FROM perdure_seal";

const SELECT_NODES = "SELECT node_id FROM perdure_nodes";

const SET_SEAL = `
  INSERT INTO perdure_seal (one, state, move_id, note) VALUES (1, ?, ?, ?)
  ON CONFLICT (one) DO UPDATE SET state = excluded.state, note = excluded.note`;

const DELETE_SEAL = "DELETE FROM perdure_seal WHERE move_id = ?";

const OPEN_SEAL = "UPDATE perdure_seal SET open = 1";

const CLOSE_SEAL = "UPDATE perdure_seal SET open = 0";

// Triggers, so that a store without a seal pays nothing for there being seals, and no process can pass one by.
const sealed = ["INSERT ON perdure_nodes"].concat(
  ["perdure_instances", "perdure_ownerships", "perdure_messages"].flatMap((table) =>
    ["INSERT", "UPDATE", "DELETE"].map((change) => `${change} ON ${table}`),
  ),
);

const triggers = sealed.map((change) => ({
  name: `perdure_sealed_${change.replace(" ON ", "_").toLowerCase()}`,
  change,
}));

export function sealStore(tx: Transaction, seal: StoreSeal): SealOutcome {
  const existing = readSeal(tx.db);
  if (existing !== null && existing.moveId !== seal.moveId) return { status: "taken", seal: existing };
  if (existing === null) {
    endExpiredLeases(tx);
    const nodes = tx.db.all<[string]>(SELECT_NODES);
    if (nodes.length > 0) return { status: "busy", nodeIds: nodes.map(([nodeId]) => nodeId) };
    for (const { name, change } of triggers) {
      tx.db.script(
        `CREATE TRIGGER ${name} BEFORE ${change} WHEN NOT (SELECT open FROM perdure_seal)
         BEGIN SELECT RAISE(ABORT, '${sealedMessage}'); END`,
      );
    }
  }
  tx.db.run(SET_SEAL, seal.state, seal.moveId, seal.note);
  return { status: "sealed" };
}

export function readSeal(db: Connection): StoreSeal | null {
  const row = db.get<[StoreSeal["state"], string, string]>(SELECT_SEAL);
  return row === undefined ? null : { state: row[0], moveId: row[1], note: row[2] };
}

export function unsealStore(tx: Transaction, moveId: string): boolean {
  if (tx.db.run(DELETE_SEAL, moveId) === 0) return false;
  for (const { name } of triggers) tx.db.script(`DROP TRIGGER ${name}`);
  return true;
}

/** Lets pass what a step of this transaction changes. */
export function throughSeal<T>(tx: Transaction, step: () => T): T {
  tx.db.run(OPEN_SEAL);
  const result = step();
  tx.db.run(CLOSE_SEAL);
  return result;
}
