import type { WorkFence } from "../contract.ts";
import type { Store } from "./store.ts";

export async function endTrial({ db }: Store, nodeId: string, { id, delivery }: WorkFence): Promise<void> {
  await db.call("end_trial", nodeId, id, delivery);
}
