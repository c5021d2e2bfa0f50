import assert from "node:assert/strict";
import type { AnyOrchestration } from "../../src/definition/index.ts";
import {
  encodeEvent,
  type HistoryEvent,
  isDecision,
  isTerminal,
  type OrchestrationStarted,
} from "../../src/history/index.ts";
import type { ReceivedEvent } from "../../src/history/events.ts";
import { createEngine } from "../../src/runtime/hydrate.ts";
import { withoutStacks } from "../../src/testing/explore/without-stacks.ts";
import { guarded } from "../../src/testing/guarded.ts";
import { turnNode } from "../../src/testing/turn-node.ts";
import type { RecordedExecution } from "./recordings.ts";
import type { Scenario } from "./scenario.ts";

/**
 * Gives the code what an execution received, turn by turn, and asserts that it decides what is recorded: every field of
 * every event, values included, and the outcome. Once with one function that stays in memory, and once with a new one
 * for every turn, led through the history before. Only the stacks of errors are not compared.
 */
export function assertTurnByTurn(scenario: Scenario, execution: RecordedExecution): Promise<void> {
  return guarded(async () => {
    const { instanceId, executionId, events } = execution;
    const node = turnNode({ ...scenario, limits: scenario.runtime?.limits ?? {} });
    const [started] = events as readonly [OrchestrationStarted];
    const definition = node.orchestrationRegistry.resolve(started.name, started.version) as AnyOrchestration;
    const newEngine = () => createEngine(node, { instanceId, executionId, onFault: () => undefined }, definition);
    const turns = turnsOf(events);
    const hydrated = newEngine();
    for (const [index, { received, decisions }] of turns.entries()) {
      const { eventId, at, ...message } = received;
      const where = `"${instanceId}", execution ${executionId}, the turn of event ${eventId}`;
      if (received.kind === "ExecutionEnded" && hydrated.isOver) continue;
      const turn = await hydrated.turn([message], at);
      assert.deepEqual(turn.events.map(textOf), [received, ...decisions].map(textOf), where);
      const isLast = index === turns.length - 1;
      const next = turns[index + 1]?.received;
      if (isLast) assert.equal(turn.outcome.kind, isEnd(events.at(-1)) ? "ended" : "waiting", where);
      // An end that the library imposed because of what the function did in this turn.
      else if (turn.outcome.kind === "fault") {
        assert.ok(next?.kind === "ExecutionEnded", where);
        assert.equal(turn.outcome.error.message, next.failure.message, where);
      }
      if (index === 0) continue;
      const replayed = newEngine();
      assert.equal((await replayed.replay(events.slice(0, eventId - 1))).kind, "waiting", where);
      const again = await replayed.turn([message], at);
      assert.deepEqual(again.events.map(textOf), turn.events.map(textOf), where);
      assert.deepEqual(again.outcome.kind, turn.outcome.kind, where);
      assert.deepEqual(replayed.openOperations(), hydrated.openOperations(), where);
      assert.deepEqual(replayed.unreceived(), hydrated.unreceived(), where);
      replayed.dispose();
    }
    hydrated.dispose();
  });
}

interface RecordedTurn {
  readonly received: ReceivedEvent;
  readonly decisions: readonly HistoryEvent[];
}

function turnsOf(events: readonly HistoryEvent[]): RecordedTurn[] {
  const turns: { received: ReceivedEvent; decisions: HistoryEvent[] }[] = [];
  for (const event of events) {
    if (isDecision(event)) turns.at(-1)?.decisions.push(event);
    else turns.push({ received: event, decisions: [] });
  }
  return turns;
}

function textOf(event: HistoryEvent): string {
  const { eventId, at, body, payload } = encodeEvent(event);
  return `${eventId} ${at} ${body} ${withoutStacks(payload ?? "")}`;
}

const isEnd = (event: HistoryEvent | undefined): boolean => event !== undefined && isTerminal(event);
