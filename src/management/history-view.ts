import { InstanceNotFoundError } from "../errors/index.ts";
import { decodeHistory, type HistoryEvent } from "../history/index.ts";
import type { Provider } from "../providers/contract.ts";
import { checkInstanceId, wholeNumber } from "../values/index.ts";

/** The events of one execution as they are recorded: see docs/history.md. */
export interface HistoryView {
  readonly instanceId: string;
  readonly executionId: number;
  readonly events: readonly HistoryEvent[];
}

/** Which part of a history. */
export interface HistoryOptions {
  /** Default: the current execution. */
  readonly executionId?: number;
  /** Leaves out the events up to this one, for whoever has those already. Default: 0. */
  readonly afterEventId?: number;
}

/** Rejects with `CorruptHistoryError` for a history that is damaged. */
export async function historyView(
  provider: Provider,
  instanceId: string,
  { executionId, afterEventId = 0 }: HistoryOptions,
): Promise<HistoryView> {
  checkInstanceId(instanceId, "instanceId");
  if (executionId !== undefined) wholeNumber(executionId, "executionId");
  const execution = executionId ?? (await provider.readInstance(instanceId))?.executionId;
  const rows = execution === undefined ? null : await provider.readHistory(instanceId, execution);
  if (rows === null || execution === undefined) throw new InstanceNotFoundError(instanceId);
  return { instanceId, executionId: execution, events: decodeHistory(rows).slice(Math.max(0, afterEventId)) };
}
