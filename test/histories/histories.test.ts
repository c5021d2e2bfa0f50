import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { withCodec } from "../../src/codec/index.ts";
import { decodeHistory } from "../../src/history/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { replayHistory, TestEnvironment } from "../../src/testing/index.ts";
import { exportInstance, importInstances } from "../../src/transfer/index.ts";
import { record, RecordingExistsError, type SealedRecording } from "./record.ts";
import { executionsIn, type Recording, recordings, runnableIn } from "./recordings.ts";
import { assertTurnByTurn } from "./turn-by-turn.ts";

const named = (name: string): Recording => {
  const found = recordings.find((recording) => recording.name === name);
  assert.ok(found, name);
  return found;
};

for (const { name, scenario, file, read } of recordings) {
  test(`${name}: what was recorded is replayed from zero`, async () => {
    assert.ok(existsSync(file), `${name} has not been recorded: npm run histories`);
    const report = await replayHistory(scenario.orchestrations, file);
    report.assertOk();
    const replayed = report.executions.map(({ instanceId, executionId }) => `${instanceId} ${executionId}`);
    const runnable = runnableIn(read()).map(({ instanceId, executionId }) => `${instanceId} ${executionId}`);
    assert.deepEqual(
      runnable.filter((one) => !replayed.includes(one)),
      [],
    );
    assert.ok(runnable.length > 0);
  });

  test(`${name}: the code decides the same again, turn by turn, to the last value`, async () => {
    for (const execution of runnableIn(read())) await assertTurnByTurn(scenario, execution);
  });

  if (scenario.later === undefined) continue;
  const { later } = scenario;
  test(`${name}: code that was deployed later goes on with it`, async () => {
    (await replayHistory(later, file)).assertOk();
  });
}

test("what was in the middle of its work when it was recorded goes on from there", async () => {
  const { scenario, read } = named("unfinished");
  const file = read();
  await using env = await TestEnvironment.open({ ...scenario, startAt: new Date(file.exportedAt) });
  await importInstances(env.provider, file, { as: "live" });
  await env.client.send("request-1", "other", "from today");
  assert.deepEqual(await env.result("request-1"), [
    "a chair",
    "Ada",
    "slept",
    "helped",
    "noted at attempt 2",
    "from today",
    "Grace",
  ]);
  assert.equal(env.now().toISOString(), "2026-01-04T00:00:00.000Z");
});

test("every recording can be put into a store, to be looked at", async () => {
  for (const { name, read } of recordings) {
    await using store = await SqliteProvider.open(":memory:");
    const file = read();
    const ids = file.instances.map(({ instanceId }) => instanceId);
    assert.deepEqual(await importInstances(store, file), { imported: ids, present: [] }, name);
    for (const { instanceId, executionId, events } of executionsIn(file)) {
      assert.deepEqual(decodeHistory((await store.readHistory(instanceId, executionId)) ?? []), events, instanceId);
    }
  }
});

test("what was stored encrypted is read as what it was", async () => {
  const { scenario, file, read } = named("encrypted");
  const sealed = JSON.parse(readFileSync(file.replace(".json", ".sealed.json"), "utf8")) as SealedRecording;
  assert.ok(scenario.codec);
  await using store = await SqliteProvider.open(":memory:");
  assert.deepEqual(
    await store.transfer.restore(sealed),
    sealed.map(() => "restored"),
  );
  const raw = (await store.readHistory("treatment-1")) ?? [];
  assert.ok(raw.every(({ body, payload }) => body.startsWith("aes1:") && (payload ?? "aes1:").startsWith("aes1:")));
  const opened = await exportInstance(withCodec(store, scenario.codec), "treatment-1");
  assert.deepEqual(JSON.parse(JSON.stringify(opened.instances)), read().instances);
});

test("a recording that is there is not replaced, unless one says so", async () => {
  const folder = mkdtempSync(join(tmpdir(), "perdure-recording-"));
  try {
    const { scenario } = named("timers");
    await record("timers", scenario, { folder, overwrite: false });
    const file = join(folder, "timers.json");
    writeFileSync(file, "a promise");
    await assert.rejects(record("timers", scenario, { folder, overwrite: false }), RecordingExistsError);
    assert.equal(readFileSync(file, "utf8"), "a promise");
    await record("timers", scenario, { folder, overwrite: true });
    (await replayHistory(scenario.orchestrations, file)).assertOk();
    assert.ok(!readFileSync(file, "utf8").includes(import.meta.dirname));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
