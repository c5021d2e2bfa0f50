import assert from "node:assert/strict";
import type { Client } from "../../src/client/index.ts";
import { type HistoryEvent, completes, isDecision, isTerminal } from "../../src/history/index.ts";

/**
 * What holds for the history of every ended execution, whatever happened to its nodes. Gives all executions' events.
 */
export async function checkHistories(client: Client, instanceId: string): Promise<HistoryEvent[]> {
  const executions = await client.listExecutions(instanceId);
  assert.deepEqual(
    executions.map(({ executionId }) => executionId),
    executions.map((_, index) => index + 1),
    `executions of ${instanceId}`,
  );
  const all: HistoryEvent[] = [];
  for (const { executionId } of executions) {
    const history = await client.getHistory(instanceId, { executionId });
    checkHistory(history, `${instanceId}, execution ${executionId}`);
    all.push(...history);
  }
  return all;
}

/** Of one ended execution. */
export function checkHistory(history: readonly HistoryEvent[], where: string): void {
  assert.equal(history[0]?.kind, "OrchestrationStarted", where);
  assert.equal(history.filter(isTerminal).length, 1, `one end: ${where}`);
  const ended = new Set<number>();
  for (const [index, event] of history.entries()) {
    const at = `${where}, event ${event.eventId}`;
    assert.equal(event.eventId, index + 1, `gapless: ${at}`);
    assert.equal(isTerminal(event), index === history.length - 1, `nothing after the end: ${at}`);
    assert.ok(event.at >= (history[index - 1]?.at ?? 0), `time does not go back: ${at}`);
    if (!("scheduledId" in event)) continue;
    assert.ok(!ended.has(event.scheduledId), `event ${event.scheduledId} ends once: ${at}`);
    ended.add(event.scheduledId);
    const scheduled = history[event.scheduledId - 1];
    assert.ok(scheduled !== undefined && isDecision(scheduled) && event.scheduledId < event.eventId, at);
    const kinds = completes[event.kind];
    if (kinds !== undefined) assert.ok(kinds.includes(scheduled.kind), `${event.kind} of ${scheduled.kind}: ${at}`);
  }
}
