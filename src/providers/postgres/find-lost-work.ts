import type { WorkFence } from "../contract.ts";
import type { Store } from "./store.ts";

export async function findLostWork({ db }: Store, nodeId: string, fences: readonly WorkFence[]): Promise<WorkFence[]> {
  if (fences.length === 0) return [];
  return await db.query<WorkFence>(
    `SELECT f.id, f.delivery
       FROM unnest($2::text[], $3::integer[]) WITH ORDINALITY f (id, delivery, n)
       LEFT JOIN ${db.schema}.work_items w
         ON w.id = f.id AND (w.owner = $1) IS TRUE AND w.delivery = f.delivery
      WHERE w.id IS NULL ORDER BY f.n`,
    [nodeId, fences.map(({ id }) => id), fences.map(({ delivery }) => delivery)],
  );
}
