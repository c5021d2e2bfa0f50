import type { WorkFence } from "../contract.ts";
import type { Store } from "./store.ts";

export async function findLostWork({ db }: Store, nodeId: string, fences: readonly WorkFence[]): Promise<WorkFence[]> {
  if (fences.length === 0) return [];
  const keys = fences.map(({ instance }) => (instance === undefined ? null : Number(instance)));
  // Each by its key. What is neither in the queue nor said to be carried can be carried by whatever the node owns.
  return await db.query<WorkFence>(
    `SELECT f.id, f.delivery
       FROM unnest($2::text[], $3::integer[], $4::bigint[]) WITH ORDINALITY f (id, delivery, key, n)
      WHERE CASE
              WHEN (SELECT true FROM ${db.schema}.work_items w
                     WHERE w.id = f.id AND (w.owner = $1) IS TRUE AND w.delivery = f.delivery LIMIT 1) THEN false
              WHEN f.delivery > 1 THEN true
              WHEN f.key IS NULL THEN NOT EXISTS (SELECT FROM ${db.schema}.ownerships o
                                                   WHERE o.owner = $1 AND o.carried_id = f.id)
              ELSE (SELECT true FROM ${db.schema}.ownerships o
                     WHERE o.key = f.key AND (o.owner = $1) IS TRUE AND o.carried_id = f.id LIMIT 1) IS NULL
            END
      ORDER BY f.n`,
    [nodeId, fences.map(({ id }) => id), fences.map(({ delivery }) => delivery), keys],
  );
}
