import type { AnyOrchestration } from "../../definition/index.ts";
import { NondeterminismError } from "../../errors/index.ts";
import { type HistoryEvent, decodeHistory, encodeEvent, isDecision } from "../../history/index.ts";
import type { EventRow } from "../../providers/contract.ts";
import { describeEvent } from "../../replay/index.ts";
import { createEngine, replay } from "../../runtime/hydrate.ts";
import type { ExploredInstance } from "./explored-instance.ts";
import type { ExploredWorld } from "./explored-world.ts";
import { inputText } from "./value-text.ts";
import { withoutStacks } from "./without-stacks.ts";

/**
 * Runs every function once more over what it received, and compares all that it decides, values included: a replay
 * compares no values, because a deploy may change them, but the same code has to come to the same ones. Gives the first
 * difference in words.
 */
export async function rerun(world: ExploredWorld): Promise<string | undefined> {
  for (const instance of world.instances.values()) {
    for (const rows of instance.executions) {
      const difference = await differenceIn(world, instance, rows);
      if (difference !== undefined) return difference;
    }
  }
  return undefined;
}

async function differenceIn(
  { node }: ExploredWorld,
  { instanceId, name }: ExploredInstance,
  rows: readonly EventRow[],
): Promise<string | undefined> {
  const events = decodeHistory(rows);
  const [started] = events;
  if (started?.kind !== "OrchestrationStarted") return undefined;
  const definition = node.orchestrationRegistry.resolve(name, started.version) as AnyOrchestration;
  const where = { instanceId, executionId: started.executionId, onFault: () => undefined };
  const engine = createEngine(node, where, definition);
  try {
    for (const event of events) {
      if (isDecision(event)) continue;
      const { eventId, at, ...draft } = event;
      const recorded = events.slice(eventId - 1, nextReceived(events, eventId));
      // It was ended there by what the library found, which is in its outcome.
      if ([event, events[eventId]].some((one) => one?.kind === "ExecutionEnded")) return undefined;
      const { events: again } = await engine.turn([draft], at);
      const index = firstDifference(recorded, again);
      if (index === undefined) continue;
      const { outcome } = await replay(node, where, definition, events);
      if (outcome.kind !== "fault") return differenceText(name, recorded[index], again[index]);
      const { error } = outcome;
      if (!(error instanceof NondeterminismError)) return error.message;
      return unlikeText(name, error.eventId, error.expected, `${error.actual}\n  at: ${error.site ?? "unknown"}`);
    }
  } finally {
    engine.dispose();
  }
  return undefined;
}

function nextReceived(events: readonly HistoryEvent[], from: number): number {
  let next = from;
  while (next < events.length && isDecision(events[next] as HistoryEvent)) next += 1;
  return next;
}

function firstDifference(recorded: readonly HistoryEvent[], again: readonly HistoryEvent[]): number | undefined {
  for (let index = 0; index < Math.max(recorded.length, again.length); index++) {
    const [one, other] = [recorded[index], again[index]];
    if (one === undefined || other === undefined || textOf(one) !== textOf(other)) return index;
  }
  return undefined;
}

function textOf(event: HistoryEvent): string {
  const { body, payload } = encodeEvent(event);
  return `${body}${withoutStacks(payload ?? "")}`;
}

function differenceText(name: string, one: HistoryEvent | undefined, other: HistoryEvent | undefined): string {
  const [first, again] = [one, other].map((event) => {
    if (event === undefined) return "nothing";
    return `${describeEvent(event)}${"payload" in event ? inputText(event.payload) : ""}`;
  }) as [string, string];
  return unlikeText(name, (one ?? other)?.eventId ?? 0, first, again);
}

/** Why the same code does not do the same. */
export const goesByElse =
  "It goes by something that is not in its history: a variable outside the function, a global, the environment.";

const unlikeText = (name: string, eventId: number, first: string, again: string): string =>
  `The code of "${name}" does not do the same when it is run again over the same history.\n` +
  `  event ${eventId}\n  the first time: ${first}\n  run again:      ${again}\n${goesByElse}`;
