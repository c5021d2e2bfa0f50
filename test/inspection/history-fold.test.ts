import assert from "node:assert/strict";
import { test } from "node:test";
import type { HistoryEvent } from "../../src/history/index.ts";
import { foldHistory, type Operation } from "../../src/inspection/index.ts";

type Draft = HistoryEvent extends infer E ? (E extends unknown ? Omit<E, "eventId" | "at"> : never) : never;

const failure = { name: "Error", message: "no" };

/** Numbered from 1; one second apart. */
function historyOf(...events: readonly Draft[]): HistoryEvent[] {
  const started = {
    kind: "OrchestrationStarted",
    name: "order",
    version: "1.0.0",
    runId: "r",
    executionId: 2,
    semantics: 1,
    startedAt: 0,
    payload: "7",
    customStatus: '"carried"',
    state: [{ key: "k", payload: "1" }],
  } as const;
  return [started, ...events].map((event, index) => ({ ...event, eventId: index + 1, at: (index + 1) * 1_000 }));
}

const inShort = ({ eventId, kind, name, outcome, endEventId, result }: Operation) =>
  [eventId, kind, name, outcome, endEventId, result] as const;

test("every operation ends by the event that ended it, with what came of it", () => {
  const { operations } = foldHistory(
    historyOf(
      { kind: "ActivityScheduled", name: "charge", payload: '"in"' }, // 2
      { kind: "ActivityScheduled", name: "ship", queue: "slow", payload: "null", dueAt: 9_000 }, // 3
      { kind: "TimerCreated", dueAt: 7_000 }, // 4
      { kind: "SubOrchestrationScheduled", name: "child", instanceId: "c", payload: "1" }, // 5
      { kind: "OrchestrationStartRequested", name: "report", instanceId: "d", payload: "1" }, // 6
      { kind: "ActivityScheduled", name: "refund", payload: "null" }, // 7
      { kind: "EventWaitOpened", name: "go" }, // 8
      { kind: "ActivityCompleted", scheduledId: 2, payload: '"out"' }, // 9
      { kind: "TimerFired", scheduledId: 4 }, // 10
      { kind: "TimerFired", scheduledId: 3 }, // 11
      { kind: "SubOrchestrationFailed", scheduledId: 5, failure }, // 12
      { kind: "OperationCancelled", scheduledId: 8, cause: "signal" }, // 13
      { kind: "OrchestrationCompleted", payload: "1" }, // 14
    ),
  );
  assert.deepEqual(operations.map(inShort), [
    [2, "activity", "charge", "completed", 9, '"out"'],
    [3, "activity", "ship", "timedOut", 11, null],
    [4, "timer", "", "completed", 10, null],
    [5, "child", "child", "failed", 12, null],
    [6, "detached", "report", "completed", 6, null],
    [7, "activity", "refund", "closed", 14, null],
    [8, "event", "go", "cancelled", 13, null],
  ]);
  const [charge, ship, , child] = operations;
  assert.deepEqual([charge?.startedAt, charge?.endedAt, charge?.input], [2_000, 9_000, '"in"']);
  assert.deepEqual([ship?.queue, ship?.dueAt, child?.childId, child?.failure], ["slow", 9_000, "c", failure]);
});

test("messages meet receives in the order of both, and one that was given up takes none", () => {
  const { operations, unread } = foldHistory(
    historyOf(
      { kind: "MessageArrived", mailbox: "m", payload: "1" }, // 2
      { kind: "ReceiveOpened", mailbox: "m" }, // 3: takes 1 at once
      { kind: "ReceiveOpened", mailbox: "m" }, // 4
      { kind: "ReceiveOpened", mailbox: "m", dueAt: 9 }, // 5: given up
      { kind: "ReceiveOpened", mailbox: "m" }, // 6
      { kind: "TimerFired", scheduledId: 5 }, // 7
      { kind: "MessageArrived", mailbox: "m", payload: "2" }, // 8 for 4
      { kind: "MessageArrived", mailbox: "m", payload: "3" }, // 9 for 6
      { kind: "MessageArrived", mailbox: "m", payload: "4" }, // 10: unread
      { kind: "MessageArrived", mailbox: "n", payload: "5" }, // 11: unread
    ),
  );
  assert.deepEqual(operations.map(inShort), [
    [3, "message", "m", "completed", 2, "1"],
    [4, "message", "m", "completed", 8, "2"],
    [5, "message", "m", "timedOut", 7, null],
    [6, "message", "m", "completed", 9, "3"],
  ]);
  assert.deepEqual(
    [...unread],
    [
      ["m", 1],
      ["n", 1],
    ],
  );
});

test("an event reaches every open wait of its name, and no other", () => {
  const { operations } = foldHistory(
    historyOf(
      { kind: "EventWaitOpened", name: "go" },
      { kind: "EventWaitOpened", name: "go" },
      { kind: "EventWaitOpened", name: "stop" },
      { kind: "EventRaised", name: "go", payload: "1" },
      { kind: "EventWaitOpened", name: "go" },
    ),
  );
  assert.deepEqual(
    operations.map(({ outcome }) => outcome),
    ["completed", "completed", "open", "open"],
  );
});

test("status, state, patches and the end are as of the last event given", () => {
  const history = historyOf(
    { kind: "CustomStatusSet", payload: '"half"' },
    { kind: "StateSet", key: "a", payload: "2" },
    { kind: "StateDeleted", key: "k" },
    { kind: "PatchMarked", id: "p" },
    { kind: "CancelRequested" },
    { kind: "OrchestrationCancelled", failure },
  );
  const start = foldHistory(history.slice(0, 1));
  assert.deepEqual([start.customStatus, [...start.state], start.status], ['"carried"', [["k", "1"]], "running"]);
  const half = foldHistory(history.slice(0, 3));
  assert.deepEqual([half.customStatus, half.state.size, half.lastEventId, half.endedAt], ['"half"', 2, 3, null]);
  const end = foldHistory(history);
  assert.deepEqual([...end.state], [["a", "2"]]);
  assert.deepEqual([end.patches, end.isCancelling, end.status, end.endedAt], [["p"], true, "cancelled", 7_000]);
  assert.deepEqual([end.failure, end.executionId, end.input], [failure, 2, "7"]);
});

test("a history that does not begin as one is refused", () => {
  assert.throws(() => foldHistory([]), /begins with OrchestrationStarted/);
  assert.throws(() => foldHistory(historyOf({ kind: "CancelRequested" }).slice(1)), TypeError);
});
