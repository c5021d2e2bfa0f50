import { CorruptHistoryError, CorruptPayloadError, failureToError, InstanceDeletedError } from "../errors/index.ts";
import { decodeEvent, isTerminal, type TerminalEvent } from "../history/index.ts";
import type { InstanceRecord, InstanceStatus, Provider } from "../providers/contract.ts";
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
 * How an instance ended whose record says that it has. The history says how: the last event of its last execution.
 *
 * @throws InstanceDeletedError if it was deleted since the record was read.
 */
export async function readOutcome(provider: Provider, record: InstanceRecord): Promise<Outcome> {
  const { instanceId, runId } = record;
  const last = await provider.readLastEvent(instanceId);
  if (last !== null) {
    const event = decodeEvent(last);
    if (isTerminal(event) && event.kind !== "OrchestrationContinuedAsNew") return outcomeOf(event);
  }
  // Not what the record promised: another run may have taken the id in between.
  const now = await provider.readInstance(instanceId);
  if (now?.runId !== runId) throw new InstanceDeletedError(instanceId);
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
