import type { Client } from "../client/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { describeArgument } from "../values/index.ts";

/** What an operator may do to an instance that is there. */
export const actionKinds = ["cancel", "terminate", "delete", "release"] as const;

/** What an operator may do to an instance that is there. */
export type ActionKind = (typeof actionKinds)[number];

/** An action, and what it needs to know. */
export interface InstanceAction {
  readonly action: ActionKind;
  /** Why, for `cancel` and `terminate`: it is recorded. */
  readonly reason?: string;
  /** For `delete`: also what has not ended. */
  readonly force?: boolean;
}

/** Which instances an action has changed. */
export interface ActionResult {
  /** Of all that were deleted; of the instance itself otherwise. */
  readonly instanceIds: readonly string[];
}

export function checkAction(action: unknown): ActionKind {
  const kind = actionKinds.find((known) => known === action);
  if (kind !== undefined) return kind;
  throw new InvalidArgumentError(`action must be one of ${actionKinds.join(", ")}, not ${describeArgument(action)}.`);
}

/** Rejects as the client's own method does. */
export async function actOn(client: Client, instanceId: string, request: InstanceAction): Promise<ActionResult> {
  const { reason, force } = request;
  switch (checkAction(request.action)) {
    case "cancel":
      await client.cancel(instanceId, reason);
      return { instanceIds: [instanceId] };
    case "terminate":
      await client.terminate(instanceId, reason);
      return { instanceIds: [instanceId] };
    case "release":
      await client.releaseQuarantine(instanceId);
      return { instanceIds: [instanceId] };
    case "delete":
      return { instanceIds: await client.delete(instanceId, { ...(force !== undefined && { force }) }) };
  }
}
