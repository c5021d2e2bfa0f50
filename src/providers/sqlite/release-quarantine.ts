import type { Transaction } from "./transaction.ts";

const SELECT_KEY = "SELECT key FROM perdure_instances WHERE instance_id = ?";

const RELEASE = "UPDATE perdure_ownerships SET quarantine = NULL, claims = 0 WHERE key = ? AND quarantine IS NOT NULL";

/** False when there is no such instance, or it is not quarantined. */
export function releaseQuarantine(tx: Transaction, instanceId: string): boolean {
  const instance = tx.db.get<[number]>(SELECT_KEY, instanceId);
  if (instance === undefined || tx.db.run(RELEASE, instance[0]) === 0) return false;
  tx.wake.instancesReady();
  tx.wake.statusChanged(instanceId);
  return true;
}
