import { InstanceExistsError, StorageError } from "../errors/index.ts";
import type { NewInstance } from "../providers/contract.ts";
import type { ClientContext } from "./client-context.ts";
import { createHandle, type InstanceHandle } from "./instance-handle.ts";

/** Stores starts in one commit, and gives a handle for each, in order. An id in use is warned about, or an error. */
export async function createInstances(
  client: ClientContext,
  starts: readonly NewInstance[],
  onConflict: "use" | "fail",
): Promise<InstanceHandle<unknown>[]> {
  const answers = await client.provider.createInstances(starts);
  return starts.map(({ instanceId, name }, index) => {
    const answer = answers[index];
    if (answer === undefined) throw new StorageError("The store did not say what became of a start.");
    const { created, runId } = answer;
    if (!created && onConflict === "fail") throw new InstanceExistsError(instanceId);
    if (!created) {
      client.logger.warn({ instanceId, orchestration: name }, "instance exists already; this start changes nothing");
    }
    return createHandle(client, instanceId, runId);
  });
}
