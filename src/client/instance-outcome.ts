import { CorruptHistoryError, CorruptPayloadError, failureToError, InstanceDeletedError } from "../errors/index.ts";
import { decodeEvent, isTerminal, type TerminalEvent } from "../history/index.ts";
import type { InstanceProgress, InstanceRecord, InstanceStatus, Provider } from "../providers/contract.ts";
import { decodeValue } from "../values/index.ts";

/** How an instance ended. */
export type Outcome =
  | { readonly kind: "result"; readonly result: unknown }
  | { readonly kind: "error"; readonly error: Error };

export const hasEnded = (status: InstanceStatus): boolean => status !== "pending" && status !== "running";

export function resultOf(outcome: Outcome): unknown {
  if (outcome.kind === "error") throw outcome.error;
  return outcome.result;
}

/**
 * How an instance ended whose record says that it has.
 *
 * @throws InstanceDeletedError if it was deleted since the record was read.
 */
export async function readOutcome(provider: Provider, { instanceId, runId }: InstanceRecord): Promise<Outcome> {
  const progress = await provider.readProgress(instanceId);
  // Another run may have taken the id in between.
  const outcome = progress?.runId === runId ? outcomeIn(instanceId, progress) : undefined;
  if (outcome === undefined) throw new InstanceDeletedError(instanceId);
  return outcome;
}

/** How the instance ended: its history says that. Undefined while it has not. */
export function outcomeIn(instanceId: string, { status, end }: InstanceProgress): Outcome | undefined {
  if (!hasEnded(status)) return undefined;
  const event = end && decodeEvent(end);
  if (event !== null && isTerminal(event) && event.kind !== "OrchestrationContinuedAsNew") return outcomeOf(event);
  throw new CorruptHistoryError(`Instance "${instanceId}" has ended, but its history does not say how.`);
}

function outcomeOf(event: Exclude<TerminalEvent, { readonly kind: "OrchestrationContinuedAsNew" }>): Outcome {
  if (event.kind !== "OrchestrationCompleted") return { kind: "error", error: failureToError(event.failure) };
  try {
    return { kind: "result", result: decodeValue(event.payload) };
  } catch (error) {
    if (error instanceof CorruptPayloadError) return { kind: "error", error };
    throw error;
  }
}
