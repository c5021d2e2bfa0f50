import type { NewInstance } from "../contract.ts";
import { startInstance } from "./start-instance.ts";
import type { Transaction } from "./transaction.ts";

export function createInstances(
  tx: Transaction,
  starts: readonly NewInstance[],
): { created: boolean; runId: string }[] {
  return starts.map((start) => {
    const { created, runId } = startInstance(tx, start);
    return { created, runId };
  });
}
