import { InvalidArgumentError, NotRegisteredError } from "../errors/index.ts";
import { checkExport, type ExportedInstance } from "../transfer/instance-export.ts";
import { isObject, rowsOf } from "./recorded-history.ts";
import type { StoredExecution } from "./replay-execution.ts";

/** What of an export is led through the code at hand. */
export interface Chosen {
  readonly executions: readonly StoredExecution[];
  /** Instances of orchestrations that were not given, in words. */
  readonly notReplayed: readonly string[];
}

export const isExport = (history: unknown): boolean => isObject(history) && history["perdureExport"] !== undefined;

/**
 * The executions of every instance whose orchestration is among `names`, or of the one instance that is asked for.
 * Throws `InvalidArgumentError` for an export that is damaged, redacted or without that instance, and
 * `NotRegisteredError` if nothing in it is of these names.
 */
export function chosenFrom(file: unknown, names: ReadonlySet<string>, instanceId?: string): Chosen {
  const { instances, isRedacted } = checkExport(file);
  if (isRedacted) {
    throw new InvalidArgumentError(
      "This export is redacted, and code cannot be led through values that are left out. Export it without `redact` " +
        "(`perdure export` without --redact).",
    );
  }
  const wanted = instances.filter((instance) => instanceId === undefined || instance.instanceId === instanceId);
  if (wanted.length === 0) {
    throw new InvalidArgumentError(`The export has no instance "${instanceId}". It has ${listed(instances)}.`);
  }
  const replayed = wanted.filter(({ record }) => names.has(record.name));
  if (replayed.length === 0) {
    throw new NotRegisteredError(
      `The export has ${listed(wanted)}: none is of ${[...names].map((name) => `"${name}"`).join(", ")}. Give the ` +
        "orchestration that it is of.",
    );
  }
  return {
    executions: replayed.flatMap(storedExecutions),
    notReplayed: wanted.filter((instance) => !replayed.includes(instance)).map(inWords),
  };
}

const storedExecutions = ({ instanceId, executions }: ExportedInstance): StoredExecution[] =>
  executions.map(({ executionId, events }) => ({ instanceId, executionId, rows: rowsOf(events) }));

const inWords = ({ instanceId, record }: ExportedInstance): string => `"${instanceId}" of ${record.name}`;

function listed(instances: readonly ExportedInstance[]): string {
  const shown = instances.slice(0, 5).map(inWords).join(", ");
  return instances.length > 5 ? `${shown}, and ${instances.length - 5} more` : shown || "none";
}
