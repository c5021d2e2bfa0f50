import type { Client } from "../client/index.ts";
import type { RecordedHistory } from "./recorded-history.ts";

/**
 * All that is recorded of an instance, ready to be written to a file and replayed in a test:
 *
 *     writeFileSync("order-42.json", JSON.stringify(await recordHistory(client, "order-42"), null, 2));
 *
 * Executions that have been pruned are not in it. Rejects with `InstanceNotFoundError`.
 */
export async function recordHistory(client: Client, instanceId: string): Promise<RecordedHistory> {
  const executions = [];
  for (const { executionId } of await client.listExecutions(instanceId)) {
    executions.push(await client.getHistory(instanceId, { executionId }));
  }
  return { perdureHistory: 1, instanceId, executions };
}
