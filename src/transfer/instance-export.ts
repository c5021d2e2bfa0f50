import { InvalidArgumentError } from "../errors/index.ts";
import { decodeHistory, encodeEvent, type HistoryEvent } from "../history/index.ts";
import type { InstanceDump } from "../providers/contract.ts";
import { checkExportedInstance } from "./check-exported-instance.ts";
import { checkRecord } from "./check-record.ts";

/** Form of the file that `exportInstance` gives: see docs/reference/export-format.md. */
export interface InstanceExport {
  readonly perdureExport: 1;
  readonly exportedAt: string;
  /** The kind of the store that it comes from. */
  readonly store: string;
  /** Values are left out: such a file can be looked at, and not be run on. */
  readonly isRedacted: boolean;
  /** The instance, and after it its children, theirs, and so on. */
  readonly instances: readonly ExportedInstance[];
}

/** All that a store keeps of an instance, its events as they are recorded. */
export interface ExportedInstance extends Omit<InstanceDump, "executions"> {
  readonly instanceId: string;
  readonly executions: readonly ExportedExecution[];
}

/** One execution of an exported instance, with its events. */
export interface ExportedExecution {
  readonly executionId: number;
  readonly events: readonly HistoryEvent[];
}

export function exportedInstance({ executions, ...dump }: InstanceDump): ExportedInstance {
  return {
    instanceId: dump.record.instanceId,
    ...dump,
    executions: executions.map(({ executionId, events }) => ({ executionId, events: decodeHistory(events) })),
  };
}

export function dumpFrom({ instanceId: _instanceId, executions, ...rest }: ExportedInstance): InstanceDump {
  return {
    ...rest,
    executions: executions.map(({ executionId, events }) => {
      const rows = events.map(encodeEvent);
      const history = decodeHistory(rows);
      if (executionId === rest.record.executionId) checkRecord(rest.record, history);
      return { executionId, events: rows };
    }),
  };
}

/** Throws `InvalidArgumentError` for what is no export, or is one of a later form. */
export function checkExport(file: unknown): InstanceExport {
  const { perdureExport, instances } = (file ?? {}) as Partial<InstanceExport>;
  if (perdureExport === undefined) throw new InvalidArgumentError("This is no export of instances.");
  if (perdureExport !== 1) {
    throw new InvalidArgumentError(
      `This export has form ${String(perdureExport)}. Read it with the release that made it, or a newer one.`,
    );
  }
  if (!Array.isArray(instances)) throw new InvalidArgumentError("This export is damaged: it has no list of instances.");
  for (const instance of instances) checkExportedInstance(instance);
  return file as InstanceExport;
}
