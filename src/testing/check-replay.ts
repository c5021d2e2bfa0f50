import type { AnyOrchestration } from "../definition/index.ts";
import { InvalidArgumentError, NondeterminismError } from "../errors/index.ts";
import type { InstanceRecord, Provider } from "../providers/contract.ts";
import type { Limits } from "../runtime/options.ts";
import { checkObject } from "../values/index.ts";
import { guarded } from "./guarded.ts";
import { type ExecutionReplay, replayExecution, type ReplayVerdict } from "./replay-execution.ts";
import { turnNode } from "./turn-node.ts";

/** Which store is checked against which code. */
export interface CheckReplayOptions {
  readonly provider: Pick<Provider, "listInstances" | "readHistory">;
  /** The code that is about to be deployed: every version that its nodes will have registered. */
  readonly orchestrations: readonly AnyOrchestration[];
  /** Only instances of this orchestration. */
  readonly name?: string;
  /** As the runtime has them, if it has others than the defaults. */
  readonly limits?: Partial<Limits>;
  /** Aborts it: then it rejects with the reason. */
  readonly signal?: AbortSignal;
  /** Called after each page of instances. */
  readonly onProgress?: (progress: CheckProgress) => void;
}

/** How many instances have been replayed, and how many of them would not go on. */
export interface CheckProgress {
  readonly checked: number;
  readonly failed: number;
}

/** What a deploy of this code would do to the instances that are running. `String(report)` is a text for people. */
export interface CheckReport extends CheckProgress {
  /** Whether all of them would go on. */
  readonly ok: boolean;
  readonly counts: Readonly<Record<ReplayVerdict, number>>;
  /** Those that would not, at most 1,000 of them. */
  readonly failures: readonly ExecutionReplay[];
  /** A text for people: each instance that would not go on, and why. */
  toString(): string;
}

const pageSize = 200;
const failuresKept = 1_000;

/**
 * Replays every instance of a store that has not ended against the code at hand, and says which would diverge, at which
 * event and line, and which have no version to run on. Reads, and writes nothing: it may run beside live nodes. Holds
 * one history at a time in memory. An instance that goes on meanwhile is judged by the history that was read.
 */
export function checkReplay(options: CheckReplayOptions): Promise<CheckReport> {
  checkObject(options, "checkReplay options");
  const { provider, orchestrations, name = null, limits, signal, onProgress } = options;
  if (!Array.isArray(orchestrations)) {
    throw new InvalidArgumentError(
      "checkReplay needs the orchestrations that are about to be deployed as a list, such as Object.values of an object.",
    );
  }
  return guarded(async () => {
    const node = turnNode({ orchestrations, ...(limits && { limits }) });
    const counts: Record<ReplayVerdict, number> = { agrees: 0, diverges: 0, notRegistered: 0, unreadable: 0 };
    const failures: ExecutionReplay[] = [];
    let checked = 0;
    for await (const { instanceId, executionId } of runningInstances(provider, name)) {
      signal?.throwIfAborted();
      const rows = await provider.readHistory(instanceId, executionId);
      // It has been deleted since.
      if (rows === null) continue;
      const replayed = await replayExecution(node, { instanceId, executionId, rows });
      counts[replayed.verdict] += 1;
      checked += 1;
      if (replayed.verdict !== "agrees" && failures.length < failuresKept) failures.push(replayed);
      if (checked % pageSize === 0) onProgress?.({ checked, failed: checked - counts.agrees });
    }
    return reportOf(counts, checked, failures);
  });
}

async function* runningInstances(
  provider: CheckReplayOptions["provider"],
  name: string | null,
): AsyncGenerator<InstanceRecord> {
  let cursor: string | null = null;
  do {
    const statuses = ["pending", "running"] as const;
    const page = await provider.listInstances({ statuses, name, quarantined: null, limit: pageSize, cursor });
    yield* page.instances;
    ({ cursor } = page);
  } while (cursor !== null);
}

function reportOf(
  counts: Readonly<Record<ReplayVerdict, number>>,
  checked: number,
  failures: readonly ExecutionReplay[],
): CheckReport {
  const failed = checked - counts.agrees;
  return {
    ok: failed === 0,
    checked,
    failed,
    counts,
    failures,
    toString: () => {
      const instances = `${checked} ${checked === 1 ? "instance" : "instances"}`;
      if (failed === 0) return `All is well: ${instances} would go on with this code.`;
      return [`${failed} of ${instances} would not go on with this code.`, ...reasonsOf(failures)].join("\n\n");
    },
  };
}

/** Each reason once, with those that it is the reason for: a change of code meets many instances at the same event. */
function reasonsOf(failures: readonly ExecutionReplay[]): string[] {
  return [...Map.groupBy(failures, reasonOf).values()].map((alike) => {
    const ids = alike.slice(0, idsShown).map(({ instanceId }) => `"${instanceId}"`);
    const more = alike.length > idsShown ? ` and ${alike.length - idsShown} more` : "";
    return `${ids.join(", ")}${more}: ${alike[0]?.error?.message ?? ""}`;
  });
}

const idsShown = 5;

function reasonOf({ instanceId, orchestration, error }: ExecutionReplay): string {
  const where = error instanceof NondeterminismError ? `${error.eventId} ${error.site}` : "";
  const why = where === "" ? error?.message.replaceAll(`"${instanceId}"`, "it") : where;
  return [orchestration, error?.code, why].join(" ");
}
