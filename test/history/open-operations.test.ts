import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type EventKind,
  completes,
  isDecision,
  isScheduling,
  isTerminal,
  openChildren,
} from "../../src/history/index.ts";
import { type Body, childCompleted, completed, fired, live, started } from "../support/replay-harness.ts";
import { eventSamples } from "./wire-samples.ts";

const values = Object.values(eventSamples).map(({ value }) => value);
const kindsThat = (is: (event: (typeof values)[number]) => boolean) => values.filter(is).map(({ kind }) => kind);

test("what completes can only complete what opens an operation", () => {
  const opening = kindsThat(isScheduling);
  assert.deepEqual(opening.toSorted(), [
    "ActivityScheduled",
    "EventWaitOpened",
    "ReceiveOpened",
    "SubOrchestrationScheduled",
    "TimerCreated",
  ]);
  for (const [completion, scheduled] of Object.entries(completes)) {
    assert.ok(
      scheduled.every((kind) => opening.includes(kind)),
      completion,
    );
    assert.ok(!isDecision(eventSamples[completion as EventKind].value));
  }
});

test("an execution ends by a decision of its own, or by one event that is imposed", () => {
  const ends = kindsThat(isTerminal);
  assert.deepEqual(ends.toSorted(), [
    "ExecutionEnded",
    "OrchestrationCancelled",
    "OrchestrationCompleted",
    "OrchestrationContinuedAsNew",
    "OrchestrationFailed",
  ]);
  assert.deepEqual(
    ends.filter((kind) => !isDecision(eventSamples[kind].value)),
    ["ExecutionEnded"],
  );
});

test("the children that are open can be read from a history alone", async () => {
  const body: Body = async (ctx) => {
    const controller = new AbortController();
    await Promise.allSettled([
      ctx.subOrchestration("ended"),
      ctx.subOrchestration("given up", 1, { signal: controller.signal }),
      ctx.subOrchestration("late", 1, { timeout: "1s" }),
      ctx.subOrchestration("open", 1, { instanceId: "open-1", onParentEnd: "terminate" }),
      ctx.activity("work").then(() => controller.abort()),
    ]);
  };
  const { history } = await live(body, [[started()], [childCompleted(2), completed(6), fired(4)]]);
  assert.deepEqual(
    openChildren(history).map(({ instanceId, onParentEnd, eventId }) => [instanceId, onParentEnd, eventId]),
    [["open-1", "terminate", 5]],
  );
});
