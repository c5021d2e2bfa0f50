import type { Store } from "./store.ts";

export async function findUnservable(
  { db, entryRepair }: Store,
  request: { readonly graceMs: number },
): Promise<string[]> {
  await entryRepair.some();
  const row = await db.call<{ find_unservable: string[] }>("find_unservable", Math.ceil(request.graceMs));
  return row.find_unservable;
}
