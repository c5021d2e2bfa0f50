import type { HistoryEvent } from "../../../src/history/events.ts";

/** What a file has of one execution. */
export interface FileExecution {
  readonly instanceId: string;
  readonly executionId: number;
  readonly events: readonly HistoryEvent[];
}

/**
 * Reads what `perdure export` writes, or a history as the HTTP API and `perdure history --json` give it, or a list of
 * those. Throws for anything else.
 */
export function readExport(text: string): readonly FileExecution[] {
  const json = parse(text);
  const found = (isExport(json) ? executionsIn(json) : Array.isArray(json) ? json : [json]).map(execution);
  if (found.length === 0) throw new Error("The file has no history in it.");
  return found;
}

interface ExportFile {
  readonly instances: readonly { readonly instanceId: string; readonly executions: readonly object[] }[];
}

const isExport = (json: unknown): json is ExportFile =>
  typeof json === "object" && json !== null && "perdureExport" in json && "instances" in json;

const executionsIn = ({ instances }: ExportFile): unknown[] =>
  instances.flatMap(({ instanceId, executions }) => executions.map((one) => ({ instanceId, ...one })));

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("This is not a JSON file. An export is one.");
  }
}

function execution(json: unknown): FileExecution {
  const { instanceId, executionId, events } = (json ?? {}) as Partial<FileExecution>;
  if (typeof instanceId !== "string" || typeof executionId !== "number" || !Array.isArray(events)) {
    throw new Error("This is JSON, but no export: it has no instanceId, executionId and events.");
  }
  const isHistory = events.every((event: unknown, index) => isEvent(event) && event.eventId === index + 1);
  if (!isHistory || (events[0] as HistoryEvent | undefined)?.kind !== "OrchestrationStarted") {
    throw new Error(`The history of ${instanceId} has a gap, or does not begin with its start.`);
  }
  return { instanceId, executionId, events };
}

function isEvent(event: unknown): event is HistoryEvent {
  const { kind, eventId, at } = (event ?? {}) as Partial<HistoryEvent>;
  return typeof kind === "string" && typeof eventId === "number" && typeof at === "number";
}
