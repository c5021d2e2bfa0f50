import { readFileSync } from "node:fs";
import type { AnyOrchestration } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import type { Limits } from "../runtime/options.ts";
import { checkObject } from "../values/index.ts";
import { chosenFrom, isExport } from "./exported-history.ts";
import { guarded } from "./guarded.ts";
import { type ReplayableHistory, executionsOf } from "./recorded-history.ts";
import { type ExecutionReplay, replayExecution, type StoredExecution } from "./replay-execution.ts";
import { type ReplayReport, replayReport } from "./replay-report.ts";
import { turnNode } from "./turn-node.ts";

/** What a history does not say of itself. */
export interface ReplayOptions {
  /**
   * Whose history it is. Of an export: the one instance of it that is replayed; by default all whose orchestration is
   * given. Otherwise: its id, if the history does not name it and the code asks for it, or makes ids of it.
   */
  readonly instanceId?: string;
  /** The one execution that is replayed. Default: all that there are. */
  readonly executionId?: number;
  /** As the runtime has them, if it has others than the defaults. */
  readonly limits?: Partial<Limits>;
}

/**
 * Replays a recorded history against the code at hand:
 *
 *     (await replayHistory(checkout, "test/histories/order-42.json")).assertOk();
 *
 * `history`: the path or `file:` URL of a JSON file; what `perdure export` or `exportInstance` wrote, an instance and
 * its children; what `recordHistory` gave; or the events of one execution as `client.getHistory` gives them. Activities
 * are not run. Children in an export are replayed if their orchestrations are given, and else named in the report.
 *
 * What is wrong with a history is in the report. Rejects with `InvalidArgumentError` for what is no history, is
 * redacted, or lacks what is asked for; with `NotRegisteredError` for an export in which nothing is of these
 * orchestrations; and with `SchemaVersionError` for a recorded history in a form that only a newer release knows.
 */
export function replayHistory(
  orchestrations: AnyOrchestration | readonly AnyOrchestration[],
  history: ReplayableHistory | string | URL,
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  checkObject(options, "replayHistory options");
  const { instanceId, executionId, limits } = options;
  const definitions = [orchestrations].flat();
  return guarded(async () => {
    const node = turnNode({ orchestrations: definitions, ...(limits && { limits }) });
    const given = typeof history === "string" || history instanceof URL ? readFile(history) : history;
    const { executions, notReplayed } = isExport(given)
      ? chosenFrom(given, new Set(definitions.map(({ name }) => name)), instanceId)
      : { executions: executionsOf(given, instanceId), notReplayed: [] };
    const replays: ExecutionReplay[] = [];
    for (const execution of only(executionId, executions)) replays.push(await replayExecution(node, execution));
    return replayReport(replays, notReplayed);
  });
}

function only(executionId: number | undefined, executions: readonly StoredExecution[]): readonly StoredExecution[] {
  if (executionId === undefined) return executions;
  const chosen = executions.filter((execution) => execution.executionId === executionId);
  if (chosen.length > 0) return chosen;
  const known = executions.map((execution) => execution.executionId).join(", ");
  throw new InvalidArgumentError(`The history has no execution ${executionId}. It has ${known || "none"}.`);
}

function readFile(path: string | URL): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new InvalidArgumentError(`${String(path)} cannot be read.`, { cause });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new InvalidArgumentError(`${String(path)} is no JSON file.`, { cause });
  }
}
