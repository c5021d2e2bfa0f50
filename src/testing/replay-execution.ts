import { versionHandler } from "../definition/index.ts";
import { NotRegisteredError, type PerdureError } from "../errors/index.ts";
import { type HistoryEvent, isDecision } from "../history/index.ts";
import type { EventRow } from "../providers/contract.ts";
import { readHistory, replay } from "../runtime/hydrate.ts";
import type { TurnNode } from "../runtime/node.ts";

/**
 * What a replay of one execution came to. `diverges`: the code no longer does what its history says. `notRegistered`:
 * its version is not among the definitions. `unreadable`: the history is damaged, or a newer release wrote it.
 */
export type ReplayVerdict = "agrees" | "diverges" | "notRegistered" | "unreadable";

/** The replay of one execution. `error` says what is wrong, unless it agrees; its message is meant to be read. */
export interface ExecutionReplay {
  readonly instanceId: string;
  readonly executionId: number;
  /** As `name@version`; undefined if the history cannot be read. */
  readonly orchestration?: string;
  /** Events that there are in its history. */
  readonly events: number;
  readonly verdict: ReplayVerdict;
  readonly error?: PerdureError;
}

export interface StoredExecution {
  readonly instanceId: string;
  readonly executionId: number;
  readonly rows: readonly EventRow[];
}

/** Leads the code at hand through one stored history. Nothing that the code does there has an effect. */
export async function replayExecution(
  node: TurnNode,
  { instanceId, executionId, rows }: StoredExecution,
): Promise<ExecutionReplay> {
  const report = { instanceId, executionId, events: rows.length };
  let history: ReturnType<typeof readHistory>;
  try {
    history = readHistory({ instanceId, unreplayed: rows, lastEventId: rows.length });
  } catch (error) {
    return { ...report, verdict: "unreadable", error: error as PerdureError };
  }
  if (history === null || rows.length === 0) return { ...report, verdict: "agrees" };
  const { name, version } = history.started;
  const orchestration = versionHandler(name, version);
  const definition = node.orchestrationRegistry.resolve(name, version);
  if (definition === undefined) {
    // Nothing of it was ever run, because it was ended before a node could.
    if (isUntouched(history.events)) return { ...report, orchestration, verdict: "agrees" };
    const error = new NotRegisteredError(
      `"${instanceId}" runs ${orchestration}, which is not among the orchestrations that were given. Keep a version ` +
        "registered as long as instances of it run.",
    );
    return { ...report, orchestration, verdict: "notRegistered", error };
  }
  const replayed = { instanceId, executionId, onFault: () => undefined };
  const { engine, outcome } = await replay(node, replayed, definition, history.events);
  engine.dispose();
  return outcome.kind === "fault"
    ? { ...report, orchestration, verdict: "diverges", error: outcome.error }
    : { ...report, orchestration, verdict: "agrees" };
}

const isUntouched = (events: readonly HistoryEvent[]): boolean =>
  events.at(-1)?.kind === "ExecutionEnded" && !events.some(isDecision);
