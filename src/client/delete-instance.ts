import { errorToFailure, InstanceDeletedError, InstanceRunningError } from "../errors/index.ts";
import { encodeMessage } from "../history/index.ts";
import type { InstanceRecord, NewMessage } from "../providers/contract.ts";
import { checkBoolean, checkObject } from "../values/index.ts";
import type { ClientContext } from "./client-context.ts";
import { readInstance } from "./read-instance.ts";

/** How far `client.delete` may go. */
export interface DeleteOptions {
  /** Also if it, or one of its children, has not ended. Default false. */
  readonly force?: boolean;
}

export async function deleteInstance(
  { provider }: ClientContext,
  instanceId: string,
  options: DeleteOptions = {},
): Promise<readonly string[]> {
  checkObject(options, "options");
  const { force = false } = options;
  checkBoolean(force, "force");
  for (;;) {
    const record = await readInstance(provider, instanceId);
    const { runId } = record;
    const outcome = await provider.deleteInstance({ instanceId, runId, force, notify: messageToParent(record) });
    if (outcome.status === "deleted") return outcome.instanceIds;
    if (outcome.status === "running") throw new InstanceRunningError(outcome.instanceId);
    // That run is gone since it was read. If there is another one, with another parent perhaps, that one is meant now.
  }
}

/** A parent always hears of its child's end, and a child that is gone cannot tell it. */
function messageToParent({ instanceId, parent }: InstanceRecord): NewMessage | null {
  if (parent === null) return null;
  const message = encodeMessage({
    kind: "SubOrchestrationFailed",
    runId: parent.runId,
    executionId: parent.executionId,
    scheduledId: parent.eventId,
    failure: errorToFailure(new InstanceDeletedError(instanceId)),
  });
  return { instanceId: parent.instanceId, lane: "normal", ...message };
}
