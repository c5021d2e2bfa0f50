import type { AnyOrchestration, OrchestrationContext } from "../../src/definition/index.ts";
import type { HistoryEvent, ReceivedDraft } from "../../src/history/index.ts";
import { ReplayEngine, type Turn, semantics } from "../../src/replay/index.ts";
import { encodeValue } from "../../src/values/index.ts";

export type Body = (ctx: OrchestrationContext, input: never) => unknown;

export const text = (value: unknown): string => encodeValue(value, { path: "value", maxBytes: 1_000_000 });

/** An engine for a function, with limits that no test reaches by accident. */
export function engineFor(run: Body | AnyOrchestration, options: { instanceId?: string } = {}): ReplayEngine {
  const body = typeof run === "function" ? run : run.run;
  return new ReplayEngine({
    instanceId: options.instanceId ?? "test-1",
    run: body as (ctx: OrchestrationContext, input: unknown) => unknown,
    limits: { payloadBytes: 1_000_000, events: 100_000, openOperations: 100_000 },
    queueOf: () => undefined,
    log: () => undefined,
    onFault: () => undefined,
  });
}

export function started(input: unknown = null, more: object = {}): ReceivedDraft {
  return {
    kind: "OrchestrationStarted",
    name: "test",
    version: "1.0.0",
    runId: "run-1",
    executionId: 1,
    semantics,
    startedAt: 1_000,
    payload: text(input),
    ...more,
  };
}

export const completed = (scheduledId: number, value: unknown = null): ReceivedDraft => ({
  kind: "ActivityCompleted",
  scheduledId,
  payload: text(value),
});

export const failed = (scheduledId: number, message = "broken"): ReceivedDraft => ({
  kind: "ActivityFailed",
  scheduledId,
  failure: { name: "Error", message },
  attempts: 1,
});

export const fired = (scheduledId: number): ReceivedDraft => ({ kind: "TimerFired", scheduledId });
export const arrived = (mailbox: string, value: unknown): ReceivedDraft => ({
  kind: "MessageArrived",
  mailbox,
  payload: text(value),
});
export const raised = (name: string, value: unknown): ReceivedDraft => ({
  kind: "EventRaised",
  name,
  payload: text(value),
});
export const cancelled = (reason?: string): ReceivedDraft => ({
  kind: "CancelRequested",
  ...(reason !== undefined && { reason }),
});

/** Runs a function live over messages given turn by turn; gives the history it wrote and its last turn. */
export async function live(
  run: Body,
  turns: readonly (readonly ReceivedDraft[])[],
  options: { instanceId?: string } = {},
): Promise<{ engine: ReplayEngine; history: HistoryEvent[]; last: Turn; turns: Turn[] }> {
  const engine = engineFor(run, options);
  const history: HistoryEvent[] = [];
  const done: Turn[] = [];
  let at = 1_000;
  for (const messages of turns) {
    const turn = await engine.turn(messages, (at += 1_000));
    history.push(...turn.events);
    done.push(turn);
  }
  return { engine, history, last: done.at(-1) as Turn, turns: done };
}

/** The kinds of a history, for comparing its shape. */
export const kinds = (events: readonly HistoryEvent[]): string[] => events.map(({ kind }) => kind);
