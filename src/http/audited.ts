import type { Context } from "hono";
import { PerdureError } from "../errors/index.ts";
import type { ApiContext, ApiEnv } from "./api-context.ts";

export interface Change {
  readonly what: string;
  readonly target: string;
  /** The instance that it is done to, if it is one. */
  readonly instanceId?: string;
}

/** Makes a change, and leaves an entry in the audit, however it ended. */
export async function audited<T>(
  { management, audit }: ApiContext,
  context: Context<ApiEnv>,
  { what, target, instanceId }: Change,
  change: () => Promise<T>,
): Promise<T> {
  const { name: who } = context.get("caller");
  const statusBefore = instanceId === undefined ? null : await statusOf(management, instanceId);
  try {
    const result = await change();
    audit({ who, what, target, statusBefore, error: null });
    return result;
  } catch (error) {
    audit({ who, what, target, statusBefore, error: error instanceof PerdureError ? error.code : "INTERNAL" });
    throw error;
  }
}

async function statusOf(management: ApiContext["management"], instanceId: string): Promise<string | null> {
  try {
    const { status, quarantine } = await management.client.getStatus(instanceId);
    return quarantine === undefined ? status : `${status}, quarantined`;
  } catch (error) {
    if (error instanceof PerdureError && error.category !== "infrastructure") return null;
    throw error;
  }
}
