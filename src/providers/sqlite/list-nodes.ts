import type { NodeRecord } from "../contract.ts";
import type { Connection } from "./connection.ts";

const SELECT_NODES = `
  SELECT node_id, lease_until,
         (SELECT count(*) FROM perdure_ownerships o WHERE o.owner = n.node_id),
         (SELECT count(*) FROM perdure_work w WHERE w.owner = n.node_id)
    FROM perdure_nodes n
   ORDER BY node_id`;

const SELECT_CAPABILITIES = "SELECT capability FROM perdure_capabilities WHERE node_id = ? ORDER BY capability";

export function listNodes(db: Connection): NodeRecord[] {
  return db.snapshot(() =>
    db.all<[string, number, number, number]>(SELECT_NODES).map(([nodeId, leaseUntil, instances, work]) => {
      const capabilities = db.all<[string]>(SELECT_CAPABILITIES, nodeId).map(([capability]) => capability);
      return { nodeId, leaseUntil, capabilities, instances, work };
    }),
  );
}
