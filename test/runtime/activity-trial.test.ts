import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { processHost } from "../../src/host/index.ts";
import type { ActivityRun } from "../../src/runtime/activity-run.ts";
import { ActivityTrial } from "../../src/runtime/activity-trial.ts";
import type { Node } from "../../src/runtime/node.ts";

function trialOf(t: TestContext, claimsWithoutCommit: number, unproven: () => Promise<void> | null = () => null) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const over = t.mock.fn();
  const ended: unknown[] = [];
  const node = {
    host: processHost,
    limits: { claimsWithoutCommit },
    lease: { nodeId: "n" },
    provider: { endTrial: async (...args: unknown[]) => void ended.push(args) },
  };
  const trial = new ActivityTrial(node as unknown as Node, { unproven, onRoom: over });
  return { trial, ended, overs: () => over.mock.callCount() };
}

function suspect(lost: number) {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const fence = { id: "w", delivery: lost + 1 };
  const run = { item: { lost }, fence, log: { warn: () => undefined }, ended } as unknown as ActivityRun;
  return { run, end };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("one place, which is free again when its suspect has ended", async (t) => {
  const { trial, ended, overs } = trialOf(t, 5);
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
  assert.deepEqual(ended, [], "its end says it all");
});

for (const [lost, seconds] of [
  [2, 10],
  [3, 40],
  [4, 160],
  [5, 3_600],
  [9, 3_600],
] as const) {
  test(`lost ${lost} times, its trial lasts ${seconds} seconds`, async (t) => {
    const { trial, ended, overs } = trialOf(t, 5);
    trial.reserve();
    trial.begin(suspect(lost).run);
    t.mock.timers.tick(seconds * 1_000 - 1);
    await settled();
    assert.deepEqual([overs(), trial.reserve(), ended], [0, 0, []]);
    t.mock.timers.tick(1);
    await settled();
    assert.deepEqual([overs(), trial.reserve()], [1, 1]);
    assert.deepEqual(ended, [["n", { id: "w", delivery: lost + 1 }]]);
  });
}

test("who fails soon is suspected soon", (t) => {
  assert.equal(trialOf(t, 1).trial.suspectAfter, 1);
});

test("no suspect while an instance runs that may itself be what ends the process, but then one in any case", async (t) => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let asked = 0;
  const { trial, overs } = trialOf(t, 5, () => gates[asked++]?.promise ?? null);
  assert.deepEqual([trial.reserve(), trial.reserve(), asked], [0, 0, 1], "waits once");
  gates[0]?.resolve();
  await settled();
  // By now there may be others, as there always are on a busy node.
  assert.deepEqual([overs(), trial.reserve(), asked], [1, 1, 1]);
  trial.begin(undefined);
  assert.deepEqual([trial.reserve(), asked], [0, 2]);
});
