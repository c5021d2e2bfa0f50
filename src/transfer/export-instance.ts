import { InstanceNotFoundError } from "../errors/index.ts";
import type { Provider } from "../providers/contract.ts";
import { checkInstanceId } from "../values/index.ts";
import { type ExportedInstance, exportedInstance, type InstanceExport } from "./instance-export.ts";
import { redacted } from "./redacted.ts";

/** What an export leaves out. */
export interface ExportOptions {
  /** Leaves out all values of users and the messages of errors. Default: false. */
  readonly redact?: boolean;
  /** Called after each instance. */
  readonly onProgress?: (progress: ExportProgress) => void;
}

/** How far an export is. */
export interface ExportProgress {
  readonly exported: number;
  /** Of the family, as far as it is known by then. */
  readonly known: number;
}

/**
 * One file with all that there is to know of an instance and its children: to be looked at elsewhere, replayed in a
 * test, or imported. Rejects with `InstanceNotFoundError`.
 */
export async function exportInstance(
  provider: Provider,
  instanceId: string,
  { redact = false, onProgress }: ExportOptions = {},
): Promise<InstanceExport> {
  checkInstanceId(instanceId, "instanceId");
  const instances: ExportedInstance[] = [];
  const left = [instanceId];
  for (let id = left.shift(); id !== undefined; id = left.shift()) {
    const dump = await provider.transfer.dumpOne(id);
    // A child that was deleted meanwhile is no longer part of the family.
    if (dump === null && id !== instanceId) continue;
    if (dump === null) throw new InstanceNotFoundError(instanceId);
    const exported = exportedInstance(dump);
    instances.push(redact ? redacted(exported) : exported);
    const children = await provider.listChildren(id, dump.record.runId);
    left.push(...children.map((child) => child.instanceId));
    onProgress?.({ exported: instances.length, known: instances.length + left.length });
  }
  const exportedAt = new Date(provider.now()).toISOString();
  return { perdureExport: 1, exportedAt, store: provider.kind, isRedacted: redact, instances };
}
