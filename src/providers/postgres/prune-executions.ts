import type { Store } from "./store.ts";

/** The current execution is always among those that are kept. */
export async function pruneExecutions(
  { db }: Store,
  request: { readonly instanceId: string; readonly keep: number },
): Promise<number> {
  const row = await db.call<{ prune_executions: number }>("prune_executions", request.instanceId, request.keep);
  return row.prune_executions;
}
