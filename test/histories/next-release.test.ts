import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { orchestration } from "../../src/definition/index.ts";
import { SchemaVersionError } from "../../src/errors/index.ts";
import type { HistoryEvent } from "../../src/history/index.ts";
import { replayHistory } from "../../src/testing/index.ts";
import { exportInstance } from "../../src/transfer/index.ts";
import { runProgram } from "../support/program.ts";
import { World } from "../support/world.ts";
import { patches } from "./next-release-patches.ts";
import { executionsIn, recordings, runnableIn } from "./recordings.ts";

async function nextRelease<T>(act: string, file?: string): Promise<T> {
  const { code, output } = await runProgram("test/histories/programs/next-release.ts", { act, file });
  assert.equal(code, 0, output);
  return JSON.parse(output) as T;
}

test("the next release differs where it says so", () => {
  for (const { file, find } of patches)
    assert.equal(readFileSync(file, "utf8").split(find).length, 2, `${file}: ${find}`);
});

test("a release with a kind more, and with new rules, goes on with every recording as it is", async () => {
  const { events } = await nextRelease<{ events: number }>("replay");
  const all = recordings.flatMap(({ read }) => runnableIn(read()));
  assert.equal(
    events,
    all.reduce((sum, execution) => sum + execution.events.length, 0),
  );
});

test("what it has written is left alone by this one, which loses nothing of it", async () => {
  const world = await World.open({ name: "on SQLite", options: {}, store: "sqlite" });
  try {
    const written = await nextRelease<HistoryEvent[]>("begin", world.file);
    assert.deepEqual(
      written.map(({ kind }) => kind),
      ["OrchestrationStarted", "NoteTaken", "ReceiveOpened", "MessageArrived", "ReceiveOpened"],
    );
    const noting = orchestration("noting", async () => "code of this release, which is not to be run");
    const node = await world.start({ orchestrations: [noting], limits: { claimsWithoutCommit: 1 } });
    await world.client.send("noting-1", "box", "sent to the release before");
    await world.until("it was put off twice", () => world.log.find("turn without running code").length >= 2);
    const { status, quarantine } = await world.client.getStatus("noting-1");
    assert.deepEqual([status, quarantine], ["running", undefined]);

    // Whoever looks is told why, by an error with a code, and what is there is not shortened.
    for (const look of [() => world.client.getHistory("noting-1"), () => exportInstance(world.provider, "noting-1")]) {
      await assert.rejects(look(), (error) => {
        assert.ok(error instanceof SchemaVersionError);
        assert.equal(error.code, "SCHEMA_VERSION");
        assert.match(error.message, /Event 2 is of the kind "NoteTaken", which this release does not know/);
        return true;
      });
    }
    const { executions } = await replayHistory(noting, written);
    assert.deepEqual(executions[0]?.verdict, "unreadable");
    await node.stop();

    assert.deepEqual(await nextRelease("finish", world.file), ["sent before", "sent to the release before"]);
  } finally {
    await world.close();
  }
});

test("a number of the rules that this release does not have is refused, whatever else it can read", async () => {
  const { scenario, read } = recordings.find(({ name }) => name === "timers") ?? assert.fail();
  const [first, ...others] = executionsIn(read())[0]?.events ?? [];
  const newer = [{ ...first, semantics: 2 } as HistoryEvent, ...others];
  const { executions } = await replayHistory(scenario.orchestrations, newer);
  const { verdict, error } = executions[0] ?? {};
  assert.equal(verdict, "unreadable");
  assert.ok(error instanceof SchemaVersionError);
  assert.match(error.message, /rules of number 2, and this release knows those up to 1/);
});
