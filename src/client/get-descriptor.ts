import { CorruptHistoryError } from "../errors/index.ts";
import { decodeEvent } from "../history/index.ts";
import type { ClientContext } from "./client-context.ts";
import { readInstance } from "./read-instance.ts";

/** What an instance is, as its history says. */
export interface Descriptor {
  /** The orchestration's name. */
  readonly name: string;
  /** The pinned version; `"*"` while a node has yet to choose one, because the start asked for the latest. */
  readonly version: string;
  /** The parent's instance id, if it is a child. */
  readonly parentInstance?: string;
  /** The event in the parent's history that scheduled it. */
  readonly parentId?: number;
}

export async function getDescriptor({ provider }: ClientContext, instanceId: string): Promise<Descriptor> {
  const record = await readInstance(provider, instanceId);
  // An execution that has not had its first turn has no history: then the one before it, or the start itself, speaks.
  const execution = (await provider.listExecutions(instanceId)).at(-1);
  if (execution === undefined) return descriptorOf({ ...record, version: record.version ?? "*" });
  const started = decodeEvent(execution.first);
  if (started.kind === "OrchestrationStarted") return descriptorOf({ ...started, parent: started.parent ?? null });
  throw new CorruptHistoryError(`The history of "${instanceId}" begins with ${started.kind}.`);
}

function descriptorOf({
  name,
  version,
  parent,
}: {
  readonly name: string;
  readonly version: string;
  readonly parent: { readonly instanceId: string; readonly eventId: number } | null;
}): Descriptor {
  return { name, version, ...(parent && { parentInstance: parent.instanceId, parentId: parent.eventId }) };
}
