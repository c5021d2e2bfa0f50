import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { processHost } from "../../src/host/index.ts";
import type { ActivityRun } from "../../src/runtime/activity-run.ts";
import { ActivityTrial } from "../../src/runtime/activity-trial.ts";
import type { Node } from "../../src/runtime/node.ts";

function trialOf(t: TestContext, claimsWithoutCommit: number) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const over = t.mock.fn();
  const trial = new ActivityTrial({ host: processHost, limits: { claimsWithoutCommit } } as Node, over);
  return { trial, overs: () => over.mock.callCount() };
}

function suspect(lost: number) {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const run = { item: { lost }, log: { warn: () => undefined }, ended } as unknown as ActivityRun;
  return { run, end };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("one place, which is free again when its suspect has ended", async (t) => {
  const { trial, overs } = trialOf(t, 5);
  assert.equal(trial.suspectAfter, 2);
  const { run, end } = suspect(2);
  assert.deepEqual([trial.reserve(), trial.reserve()], [1, 0]);
  trial.begin(run);
  assert.equal(trial.reserve(), 0);
  end();
  await settled();
  assert.deepEqual([overs(), trial.reserve()], [1, 1]);
  trial.begin(undefined);
  assert.deepEqual([overs(), trial.reserve()], [1, 1]);
});

for (const [lost, seconds] of [
  [2, 10],
  [3, 40],
  [4, 160],
  [5, 3_600],
  [9, 3_600],
] as const) {
  test(`lost ${lost} times, its trial lasts ${seconds} seconds`, async (t) => {
    const { trial, overs } = trialOf(t, 5);
    trial.reserve();
    trial.begin(suspect(lost).run);
    t.mock.timers.tick(seconds * 1_000 - 1);
    await settled();
    assert.deepEqual([overs(), trial.reserve()], [0, 0]);
    t.mock.timers.tick(1);
    await settled();
    assert.deepEqual([overs(), trial.reserve()], [1, 1]);
  });
}

test("who fails soon is suspected soon", (t) => {
  assert.equal(trialOf(t, 1).trial.suspectAfter, 1);
});
