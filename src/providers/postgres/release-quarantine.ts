import type { Store } from "./store.ts";

/** False when there is no such instance, or it is not quarantined. */
export async function releaseQuarantine({ db, hints }: Store, instanceId: string): Promise<boolean> {
  const row = await db.call<{ release_quarantine: boolean }>("release_quarantine", instanceId);
  if (row.release_quarantine) hints.changed({ instances: true, changed: [instanceId] });
  return row.release_quarantine;
}
