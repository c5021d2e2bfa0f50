import { InvalidArgumentError } from "../errors/index.ts";
import { type HistoryEvent, isTerminal } from "../history/index.ts";
import type { InstanceRecord } from "../providers/contract.ts";

/** What a list shows is derived from the history, and a file may not say otherwise. Throws `InvalidArgumentError`. */
export function checkRecord(record: InstanceRecord, history: readonly HistoryEvent[]): void {
  const [first] = history;
  if (first?.kind !== "OrchestrationStarted") return;
  const last = history.at(-1) as HistoryEvent;
  const isOver = isTerminal(last) && last.kind !== "OrchestrationContinuedAsNew";
  const agrees =
    first.runId === record.runId &&
    first.executionId === record.executionId &&
    first.name === record.name &&
    first.version === record.version &&
    isOver === (record.status !== "pending" && record.status !== "running");
  if (agrees) return;
  throw new InvalidArgumentError(
    `This export is damaged: the record of "${record.instanceId}" is not that of its history.`,
  );
}
