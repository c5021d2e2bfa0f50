import type { WorkFence } from "../contract.ts";
import type { Connection } from "./connection.ts";
import { isOwn } from "./own-work.ts";

export function findLostWork(db: Connection, nodeId: string, fences: readonly WorkFence[]): WorkFence[] {
  return db.snapshot(() => fences.filter((fence) => !isOwn(db, nodeId, fence)));
}
