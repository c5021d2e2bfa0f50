import { InstanceNotFoundError } from "../errors/index.ts";
import { decodeHistory, type HistoryEvent } from "../history/index.ts";
import type { Provider } from "../providers/contract.ts";

/** The events of one execution as they are recorded: see docs/history.md. */
export interface HistoryView {
  readonly instanceId: string;
  readonly executionId: number;
  readonly events: readonly HistoryEvent[];
}

/** Rejects with `CorruptHistoryError` for a history that is damaged. Default: the current execution. */
export async function historyView(
  provider: Provider,
  instanceId: string,
  { executionId, afterEventId }: { readonly executionId: number | null; readonly afterEventId: number },
): Promise<HistoryView> {
  const execution = executionId ?? (await provider.readInstance(instanceId))?.executionId;
  const rows = execution === undefined ? null : await provider.readHistory(instanceId, execution);
  if (rows === null || execution === undefined) throw new InstanceNotFoundError(instanceId);
  return { instanceId, executionId: execution, events: decodeHistory(rows).slice(Math.max(0, afterEventId)) };
}
