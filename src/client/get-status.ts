import type { ClientContext } from "./client-context.ts";
import { hasEnded, readOutcome } from "./instance-outcome.ts";
import { type InstanceSummary, summaryOf } from "./instance-summary.ts";
import { readInstance } from "./read-instance.ts";

/** All that can be said about an instance without reading its history. */
export interface InstanceDetails extends InstanceSummary {
  /** What it returned; present exactly when it completed. */
  readonly result?: unknown;
  /** What ended it otherwise; or, when it completed with a result that cannot be read, why not. */
  readonly error?: Error;
}

export async function getStatus({ provider }: ClientContext, instanceId: string): Promise<InstanceDetails> {
  const record = await readInstance(provider, instanceId);
  const summary = summaryOf(record);
  if (!hasEnded(record.status)) return summary;
  const outcome = await readOutcome(provider, record);
  return outcome.kind === "result" ? { ...summary, result: outcome.result } : { ...summary, error: outcome.error };
}
