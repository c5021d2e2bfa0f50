import { InstanceExistsError, InvalidArgumentError } from "../errors/index.ts";
import type { InstanceDump, Provider } from "../providers/contract.ts";
import { checkExport, dumpFrom } from "./instance-export.ts";

/** What imported instances are for. */
export interface ImportOptions {
  /**
   * `inspection` (default): what has not ended is put into quarantine, without what it had in the queues, so that no
   * node goes on with it. `live`: it goes on where it was. Then it must not go on in the store that it comes from.
   */
  readonly as?: "inspection" | "live";
  /** Called for each instance that was looked up, before all of them are stored at once. */
  readonly onProgress?: (progress: ImportProgress) => void;
}

/** How far an import is. */
export interface ImportProgress {
  readonly checked: number;
  readonly total: number;
}

/** Which instances were put into the store, by id. */
export interface ImportResult {
  /** Ids of those that are in the store now. */
  readonly imported: readonly string[];
  /** This very run was there already, and was left as it is. */
  readonly present: readonly string[];
}

/**
 * Puts what `exportInstance` gave into a store, all of it or nothing. Rejects with `InstanceExistsError` if another run
 * has one of the ids, and with `InvalidArgumentError` for what is no export, or is redacted and was to go on.
 */
export async function importInstances(
  provider: Provider,
  file: unknown,
  { as = "inspection", onProgress }: ImportOptions = {},
): Promise<ImportResult> {
  const { instances, isRedacted } = checkExport(file);
  if (as !== "inspection" && as !== "live") {
    throw new InvalidArgumentError(`as must be "inspection" or "live", not ${JSON.stringify(as)}.`);
  }
  if (as === "live" && isRedacted) {
    throw new InvalidArgumentError(
      "This export is redacted: nothing can go on with what is left. Import it for inspection.",
    );
  }
  const dumps = instances.map(dumpFrom).map((dump) => (as === "live" ? dump : forInspection(dump)));
  // Looked up first: it is nearly always known before anything is stored.
  for (const [index, { record }] of dumps.entries()) {
    onProgress?.({ checked: index + 1, total: dumps.length });
    const existing = await provider.readInstance(record.instanceId);
    if (existing !== null && existing.runId !== record.runId) throw new InstanceExistsError(record.instanceId);
  }
  const outcomes = await provider.transfer.restore(dumps);
  const ids = (wanted: (typeof outcomes)[number]) =>
    dumps.filter((_dump, index) => outcomes[index] === wanted).map(({ record }) => record.instanceId);
  const imported = ids("restored");
  const [taken] = ids("taken");
  if (taken !== undefined) {
    const runs = dumps.map(({ record }) => record).filter(({ instanceId }) => imported.includes(instanceId));
    await provider.transfer.discard(runs.map(({ instanceId, runId }) => ({ instanceId, runId })));
    throw new InstanceExistsError(taken);
  }
  return { imported, present: ids("present") };
}

function forInspection(dump: InstanceDump): InstanceDump {
  const { status } = dump.record;
  if (status !== "pending" && status !== "running") return dump;
  const quarantine = "It was imported for inspection.";
  return { ...dump, record: { ...dump.record, quarantine }, messages: [], work: [], timers: [] };
}
