import type { Client, InstanceFilter } from "../client/index.ts";
import { InstanceNotFoundError, PerdureError } from "../errors/index.ts";
import { actOn, checkAction, type InstanceAction } from "./instance-action.ts";

/** An action, and the instances that it is for. */
export interface BulkRequest extends InstanceAction {
  /** Which instances. Those that the filter begins to match meanwhile are left alone. */
  readonly filter: InstanceFilter;
  /** Called after each page, for a progress bar. */
  readonly onProgress?: (progress: BulkResult) => void;
}

/** What an action for all that a filter finds would concern. */
export interface BulkPreview {
  /** How many instances it would concern. */
  readonly count: number;
  /** Some of them, newest first. */
  readonly examples: readonly string[];
}

/** What an action for many instances has come to so far. */
export interface BulkResult {
  readonly done: number;
  /** Those where it did not work, with the reason: at most 100 of them. */
  readonly failures: readonly { readonly instanceId: string; readonly code: string; readonly message: string }[];
  readonly failed: number;
}

const pageSize = 200;
const failuresKept = 100;

export async function previewBulk(client: Client, filter: InstanceFilter): Promise<BulkPreview> {
  const [count, { instances }] = await Promise.all([client.count(filter), client.list({ ...filter, limit: 10 })]);
  return { count, examples: instances.map(({ instanceId }) => instanceId) };
}

/** Does the same to all that a filter finds, page by page; what fails for one instance does not stop the others. */
export async function actOnAll(client: Client, request: BulkRequest): Promise<BulkResult> {
  const { filter, onProgress, ...action } = request;
  checkAction(action.action);
  const failures: BulkResult["failures"][number][] = [];
  let done = 0;
  let failed = 0;
  let cursor: string | undefined;
  do {
    const page = await client.list({ ...filter, limit: pageSize, ...(cursor !== undefined && { cursor }) });
    for (const { instanceId } of page.instances) {
      try {
        await actOn(client, instanceId, action);
        done += 1;
      } catch (error) {
        // Deleted with its family a moment ago, or by somebody else: it is as it should be.
        if (error instanceof InstanceNotFoundError && action.action === "delete") continue;
        if (!(error instanceof PerdureError) || error.category === "infrastructure") throw error;
        failed += 1;
        if (failures.length < failuresKept) failures.push({ instanceId, code: error.code, message: error.message });
      }
    }
    onProgress?.({ done, failed, failures });
    ({ cursor } = page);
  } while (cursor !== undefined);
  return { done, failed, failures };
}
