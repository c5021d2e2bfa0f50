import { type HistoryEvent, type OrchestrationStarted, decodeHistory } from "../history/index.ts";
import { type AnyOrchestration, fingerprint, type OrchestrationContext } from "../definition/index.ts";
import { CorruptHistoryError, SchemaVersionError } from "../errors/index.ts";
import { channels, withFields } from "../observability/index.ts";
import { type EngineOptions, type Outcome, ReplayEngine, semantics } from "../replay/index.ts";
import type { Instance } from "./instance.ts";
import type { TurnNode } from "./node.ts";
import { logReplay } from "./turn-log.ts";

/** Whose history it is. */
export type Replayed = Pick<Instance, "instanceId" | "executionId" | "onFault">;

/** Reads the history that came with the claim. Throws `CorruptHistoryError` or `SchemaVersionError`. */
export function readHistory(
  instance: Pick<Instance, "instanceId" | "lastEventId" | "unreplayed">,
): { started: OrchestrationStarted; events: readonly HistoryEvent[] } | null {
  const rows = instance.unreplayed;
  if (rows === null) return null;
  const events = decodeHistory(rows);
  if (events.length !== instance.lastEventId) {
    throw new CorruptHistoryError(
      `The history of "${instance.instanceId}" has ${events.length} events, and ${instance.lastEventId} were recorded.`,
    );
  }
  const started = events[0] as OrchestrationStarted;
  if (started.semantics > semantics) {
    throw new SchemaVersionError(
      `The history of "${instance.instanceId}" was begun by rules of number ${started.semantics}, and this release knows ` +
        `those up to ${semantics}.`,
    );
  }
  return { started, events };
}

export function createEngine(node: TurnNode, instance: Replayed, definition: AnyOrchestration): ReplayEngine {
  return new ReplayEngine(engineOptions(node, instance, definition));
}

/**
 * Leads a new engine through the history. When the two differ, a second, traced replay finds where in the user's code
 * it happened, so that replays that agree do not pay for that.
 */
export async function replay(
  node: TurnNode,
  instance: Replayed,
  definition: AnyOrchestration,
  events: readonly HistoryEvent[],
): Promise<{ engine: ReplayEngine; outcome: Outcome }> {
  const engine = createEngine(node, instance, definition);
  const startedMs = node.host.now();
  const outcome = await engine.replay(events);
  const ms = node.host.now() - startedMs;
  logReplay(node.logger, instance, events, ms);
  if (channels.replay.hasListeners) channels.replay.tell({ ...addressOf(instance), events: events.length, ms });
  if (outcome.kind !== "fault") return { engine, outcome };
  const note = sourceNote(definition, events[0] as OrchestrationStarted);
  const traced = new ReplayEngine({ ...engineOptions(node, instance, definition), traced: true, note });
  const traceOutcome = await traced.replay(events);
  traced.dispose();
  return { engine, outcome: traceOutcome.kind === "fault" ? traceOutcome : outcome };
}

const addressOf = ({ instanceId, executionId }: Replayed) => ({ instanceId, executionId });

function sourceNote(definition: AnyOrchestration, started: OrchestrationStarted): string | undefined {
  if (started.fingerprint === undefined || started.fingerprint === fingerprint(definition)) return undefined;
  const { name, version } = definition;
  return `The source of ${name}@${version} has changed since this execution started, without a new version.`;
}

function engineOptions(node: TurnNode, instance: Replayed, definition: AnyOrchestration): EngineOptions {
  const { instanceId, executionId } = instance;
  const lines = withFields(node.logger, { instanceId, executionId });
  return {
    instanceId,
    run: definition.run as (ctx: OrchestrationContext, input: unknown) => unknown,
    input: definition.input,
    definedAt: definition.definedAt,
    limits: { ...node.limits, suggestContinueAfter: Math.min(10_000, Math.floor(node.limits.events / 2)) },
    activityOf: (name) => node.activityRegistry.get(name),
    log: (level, fields, message) => node.outside(() => lines[level](fields, message)),
    onFault: (error) => node.outside(() => instance.onFault(error)),
  };
}
