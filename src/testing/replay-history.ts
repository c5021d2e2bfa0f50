import { readFileSync } from "node:fs";
import type { AnyOrchestration } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import type { Limits } from "../runtime/options.ts";
import { guarded } from "./guarded.ts";
import { type ReplayableHistory, executionsOf } from "./recorded-history.ts";
import { type ExecutionReplay, replayExecution } from "./replay-execution.ts";
import { type ReplayReport, replayReport } from "./replay-report.ts";
import { turnNode } from "./turn-node.ts";

export interface ReplayOptions {
  /** Of the instance, if the history does not name it and the code asks for it, or makes ids of it. */
  readonly instanceId?: string;
  /** As the runtime has them, if it has others than the defaults. */
  readonly limits?: Partial<Limits>;
}

/**
 * Replays a recorded history against the code at hand:
 *
 *     (await replayHistory(checkout, "test/histories/order-42.json")).assertOk();
 *
 * `history`: the path or `file:` URL of a JSON file, what `recordHistory` gave, or the events of one execution as
 * `client.getHistory` gives them. Activities are not run, and children have histories of their own. Rejects with
 * `InvalidArgumentError` for what is no history; what is wrong with a history is in the report.
 */
export function replayHistory(
  orchestrations: AnyOrchestration | readonly AnyOrchestration[],
  history: ReplayableHistory | string | URL,
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  const { instanceId, limits } = options;
  return guarded(async () => {
    const node = turnNode({ orchestrations: [orchestrations].flat(), ...(limits && { limits }) });
    const recorded = typeof history === "string" || history instanceof URL ? readFile(history) : history;
    const replays: ExecutionReplay[] = [];
    for (const execution of executionsOf(recorded, instanceId)) replays.push(await replayExecution(node, execution));
    return replayReport(replays);
  });
}

function readFile(path: string | URL): unknown {
  const text = readFileSync(path, "utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new InvalidArgumentError(`${String(path)} is no JSON file.`, { cause });
  }
}
