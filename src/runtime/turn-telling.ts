import { versionHandler } from "../definition/index.ts";
import { isTerminal } from "../history/index.ts";
import { channels, type TurnMessage } from "../observability/index.ts";
import type { ReplayEngine } from "../replay/index.ts";
import type { Inbox } from "./inbox.ts";
import type { Instance } from "./instance.ts";
import type { TurnNode } from "./node.ts";
import type { PreparedTurn } from "./prepared-turn.ts";

/** A turn of which somebody was told that it began. */
export interface ToldTurn {
  readonly message: TurnMessage;
  readonly beganMs: number;
}

/** Null if nobody listens. */
export function tellTurnBegin(
  node: TurnNode,
  { host, instanceId, runId, executionId, handler, lastEventId }: Instance,
  engine: ReplayEngine,
  { start }: Inbox,
): ToldTurn | null {
  if (!channels.turnBegin.hasListeners && !channels.turnEnd.hasListeners) return null;
  const parent = lastEventId === 0 ? start?.trace : engine.started.trace;
  // Before the first turn its handler may still mean whatever is the latest.
  const definition = start && node.orchestrationRegistry.resolve(start.name, start.version);
  const orchestration = definition == null ? handler : versionHandler(definition.name, definition.version);
  const about = { instanceId, runId, executionId, orchestration };
  const message: TurnMessage = parent === undefined ? about : { ...about, parent };
  const beganMs = host.now();
  channels.turnBegin.tell(message);
  return { message, beganMs };
}

export function tellTurnEnd({ host }: Instance, { told, events }: PreparedTurn, outcome: "committed" | "fenced"): void {
  if (told == null) return;
  const { message, beganMs } = told;
  const last = events.at(-1);
  if (last !== undefined && isTerminal(last)) message.end = last.kind;
  message.outcome = outcome;
  message.events = events.length;
  message.ms = host.now() - beganMs;
  channels.turnEnd.tell(message);
}
