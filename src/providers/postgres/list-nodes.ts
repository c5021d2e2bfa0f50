import type { NodeRecord } from "../contract.ts";
import type { Store } from "./store.ts";

interface Row {
  readonly store_now: number;
  readonly nodes: readonly NodeRecord[];
}

export async function listNodes({ db }: Store): Promise<{ storeNow: number; nodes: readonly NodeRecord[] }> {
  const [row] = await db.query<Row>(`
    SELECT ${db.schema}.store_now() AS store_now, coalesce(json_agg(node ORDER BY node."nodeId"), '[]') AS nodes
      FROM (
        SELECT node_id AS "nodeId", lease_until AS "leaseUntil",
               ARRAY(SELECT capability FROM ${db.schema}.capabilities c WHERE c.node_id = n.node_id
                      ORDER BY capability) AS capabilities,
               (SELECT count(*) FROM ${db.schema}.ownerships o WHERE o.owner = n.node_id) AS instances,
               (SELECT count(*) FROM ${db.schema}.work w WHERE w.owner = n.node_id) AS work
          FROM ${db.schema}.nodes n
      ) node`);
  const { store_now, nodes } = row as Row;
  return { storeNow: store_now, nodes };
}
