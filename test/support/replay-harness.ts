import type { AnyOrchestration, OrchestrationContext } from "../../src/definition/index.ts";
import type { Failure } from "../../src/errors/index.ts";
import type { HistoryEvent, ReceivedDraft } from "../../src/history/index.ts";
import { type EngineOptions, ReplayEngine, type Turn, semantics } from "../../src/replay/index.ts";
import { encodeValue } from "../../src/values/index.ts";

export type Body = (ctx: OrchestrationContext, input: never) => unknown;

const text = (value: unknown): string => encodeValue(value, { path: "value", maxBytes: 1_000_000 });

type Options = Partial<Omit<EngineOptions, "run">>;

/** An engine for a function, with limits that no test reaches by accident. */
export function engineFor(run: Body | AnyOrchestration, options: Options = {}): ReplayEngine {
  const body = typeof run === "function" ? run : run.run;
  return new ReplayEngine({
    instanceId: "test-1",
    limits: {
      payloadBytes: 1_000_000,
      events: 100_000,
      openOperations: 100_000,
      stateKeys: 100,
      nameBytes: 255,
      idBytes: 255,
      suggestContinueAfter: 50_000,
    },
    activityOf: () => undefined,
    log: () => undefined,
    onFault: () => undefined,
    ...options,
    run: body as (ctx: OrchestrationContext, input: unknown) => unknown,
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

export const childCompleted = (scheduledId: number, value: unknown = null): ReceivedDraft => ({
  kind: "SubOrchestrationCompleted",
  scheduledId,
  payload: text(value),
});

export const childFailed = (scheduledId: number, failure: Failure): ReceivedDraft => ({
  kind: "SubOrchestrationFailed",
  scheduledId,
  failure,
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
  options: Options = {},
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
