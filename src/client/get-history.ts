import { InstanceNotFoundError, InvalidArgumentError } from "../errors/index.ts";
import { decodeHistory, type HistoryEvent } from "../history/index.ts";
import { checkInstanceId, checkObject, decodeValue, wholeNumber } from "../values/index.ts";
import type { ClientContext } from "./client-context.ts";
import { readInstance } from "./read-instance.ts";

/** Which of an instance's histories is meant. */
export interface GetHistoryOptions {
  /** Default: the current execution. */
  readonly executionId?: number;
}

/**
 * An event as it is recorded, and the value in it. `payload` is the text that is stored; `value` is that text decoded
 * whenever it is read (`CorruptPayloadError` if it cannot be), and undefined for an event without a payload. It is not
 * enumerable: printing, comparing or serializing a history shows the record and nothing else.
 */
export type HistoryEntry = HistoryEvent & { readonly value?: unknown };

export async function getHistory(
  { provider }: ClientContext,
  instanceId: string,
  options: GetHistoryOptions = {},
): Promise<readonly HistoryEntry[]> {
  checkInstanceId(instanceId, "instanceId");
  checkObject(options, "options");
  const { executionId } = options;
  if (executionId !== undefined) wholeNumber(executionId, "executionId");
  const rows = await provider.readHistory(instanceId, executionId);
  if (rows !== null) return decodeHistory(rows).map(withValue);
  // Not looked at again to say what is wrong: it may have been started since.
  if (executionId === undefined) throw new InstanceNotFoundError(instanceId);
  const current = await readInstance(provider, instanceId);
  throw new InvalidArgumentError(
    `Instance "${instanceId}" has no execution ${executionId}: the current one is ${current.executionId}. ` +
      "client.listExecutions shows those that there are.",
  );
}

function withValue(event: HistoryEvent): HistoryEntry {
  const get = () => ("payload" in event ? decodeValue(event.payload) : undefined);
  return Object.defineProperty(event, "value", { get, enumerable: false });
}
