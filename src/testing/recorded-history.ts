import { InvalidArgumentError, SchemaVersionError } from "../errors/index.ts";
import { type HistoryEvent, encodeEvent } from "../history/index.ts";
import type { EventRow } from "../providers/contract.ts";
import type { InstanceExport } from "../transfer/index.ts";
import type { StoredExecution } from "./replay-execution.ts";

/**
 * All executions of one instance, as plain JSON: the content of a recorded history's file. Events are as
 * `client.getHistory` gives them.
 */
export interface RecordedHistory {
  /** The number of this form; files of every number are read for ever. */
  readonly perdureHistory: 1;
  readonly instanceId: string;
  readonly executions: readonly (readonly HistoryEvent[])[];
}

/** What can be replayed: an export, a recorded history, or one execution's events as `client.getHistory` gives them. */
export type ReplayableHistory = InstanceExport | RecordedHistory | readonly HistoryEvent[];

/**
 * The executions of a recorded history, in their stored form. What an event says is looked at later, by whoever reads
 * it. Throws `InvalidArgumentError` for what is no history, and `SchemaVersionError` for a form that is newer.
 *
 * @param instanceId of an instance that the history itself does not name.
 */
export function executionsOf(history: unknown, instanceId?: string): StoredExecution[] {
  if (Array.isArray(history)) {
    if (history.length === 0) throw new InvalidArgumentError("The history is empty: nothing of it has been run yet.");
    const rows = rowsOf(history);
    return [{ instanceId: instanceId ?? instanceIdIn(history) ?? unnamed, executionId: executionIdOf(history), rows }];
  }
  if (!isObject(history) || history["perdureHistory"] === undefined) {
    throw new InvalidArgumentError(
      "This is no history. Give a file that `perdure export` wrote, or what exportInstance, recordHistory or " +
        "client.getHistory gave.",
    );
  }
  const { perdureHistory, executions } = history;
  if (perdureHistory !== 1) {
    throw new SchemaVersionError(
      `The recorded history has the form ${JSON.stringify(perdureHistory)}, and this release knows form 1. Use a newer release.`,
    );
  }
  const named = history["instanceId"];
  if (typeof named !== "string" || !Array.isArray(executions) || !executions.every(Array.isArray)) {
    throw new InvalidArgumentError("The recorded history lacks its instanceId or its executions.");
  }
  return executions.map((events: unknown[], index) => ({
    instanceId: instanceId ?? named,
    executionId: events.length === 0 ? index + 1 : executionIdOf(events),
    rows: rowsOf(events),
  }));
}

const unnamed = "replayed";

export function rowsOf(events: readonly unknown[]): EventRow[] {
  return events.map((event, index) => {
    if (isObject(event) && typeof event["kind"] === "string") return encodeEvent(event as unknown as HistoryEvent);
    throw new InvalidArgumentError(`Item ${index + 1} of the history is no event: it has no kind.`);
  });
}

function executionIdOf([first]: readonly unknown[]): number {
  const executionId = isObject(first) ? first["executionId"] : undefined;
  return typeof executionId === "number" ? executionId : 1;
}

/** A history does not say whose it is, but the ids of its children do, unless the code chose them. */
function instanceIdIn(events: readonly unknown[]): string | undefined {
  const [first, ...others] = events.filter(isObject);
  for (const event of others) {
    const childId = event["instanceId"];
    const suffix = `::${String(first?.["runId"])}.${String(first?.["executionId"])}.${String(event["eventId"])}`;
    if (typeof childId === "string" && childId.endsWith(suffix)) return childId.slice(0, -suffix.length) || undefined;
  }
  return undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
