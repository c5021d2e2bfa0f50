import { InvalidArgumentError } from "../errors/index.ts";
import { checkInstanceId, checkObject, type Duration, parseDuration, wholeNumber } from "../values/index.ts";
import type { ClientContext } from "./client-context.ts";
import { hasEnded } from "./instance-outcome.ts";
import { checkStatuses, type InstanceFilter } from "./list-instances.ts";

/** What is no longer needed: old instances, or old executions of one. */
export type PruneOptions =
  | {
      /** Instances that ended longer ago than this, each with its whole family. */
      readonly olderThan: Duration;
      /** Only those that ended so. Default: however they ended. */
      readonly status?: InstanceFilter["status"];
      /** Called after each commit with what was removed so far. */
      readonly onProgress?: (removed: PruneResult) => void;
    }
  | {
      /** Old executions of this instance, also while it runs. */
      readonly instanceId: string;
      /** The newest ones, the current one included, stay. Default 1. */
      readonly keepExecutions?: number;
    };

/** How many instances and executions were removed. */
export interface PruneResult {
  /** Instances that were removed, those of families counted singly. */
  readonly instances: number;
  /** Old executions that were removed of an instance that stays. */
  readonly executions: number;
}

export async function prune(client: ClientContext, options: PruneOptions): Promise<PruneResult> {
  checkObject(options, "options");
  if ("instanceId" in options) return await pruneExecutions(client, options.instanceId, options.keepExecutions ?? 1);
  const statuses = checkStatuses(options.status) ?? allEnds;
  const running = statuses.find((status) => !hasEnded(status));
  if (running !== undefined) {
    throw new InvalidArgumentError(`An instance that is ${running} cannot be pruned: give statuses of ended ones.`);
  }
  const age = parseDuration(options.olderThan, "olderThan");
  const endedBefore = client.provider.now() - age;
  let instances = 0;
  for (;;) {
    const removed = await client.provider.pruneInstances({ statuses, endedBefore, limit: familiesPerCommit });
    instances += removed.length;
    if (removed.length === 0) return { instances, executions: 0 };
    options.onProgress?.({ instances, executions: 0 });
  }
}

async function pruneExecutions({ provider }: ClientContext, instanceId: string, keep: number): Promise<PruneResult> {
  checkInstanceId(instanceId, "instanceId");
  wholeNumber(keep, "keepExecutions");
  return { instances: 0, executions: await provider.pruneExecutions({ instanceId, keep }) };
}

const allEnds = ["completed", "failed", "cancelled", "terminated"] as const;
const familiesPerCommit = 50;
