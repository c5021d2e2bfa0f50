import assert from "node:assert/strict";
import { test } from "node:test";
import { moveInstances } from "../../src/transfer/index.ts";
import { type Mode, World } from "../support/world.ts";
import { historiesOf, instanceIds, population } from "./population.ts";

const sqlite: Mode = { name: "SQLite", options: {}, store: "sqlite" };
const postgres: Mode = { name: "PostgreSQL", options: {}, store: "postgres" };

for (const [from, to] of [
  [sqlite, postgres],
  [postgres, sqlite],
] as const) {
  test(`what is under way in ${from.name} ends in ${to.name} as if it had never been moved`, async () => {
    await using stores = new AsyncDisposableStack();
    const open = async (mode: Mode) => stores.adopt(await World.open(mode), (world) => world.close());
    const [source, target, twin] = [await open(from), await open(to), await open(from)];
    const { begin, finish, firedAt } = population();
    await begin(source);
    await begin(twin);
    const before = await historiesOf(source);
    const progress: number[] = [];
    const { moved, found } = await moveInstances({
      from: source.provider,
      to: target.provider,
      onProgress: (now) => progress.push(now.moved, now.total),
    });
    assert.equal(moved.instances, instanceIds.length);
    assert.ok(moved.messages >= 8 && moved.timers === 1 && moved.workItems === 1 && moved.stateKeys === 1);
    assert.equal(found, 0);
    assert.deepEqual(progress, [instanceIds.length, instanceIds.length]);
    assert.deepEqual(await historiesOf(target), before);
    assert.equal((await target.client.getStatus("quarantined")).quarantine, "by the test");
    for (const id of instanceIds) {
      const [there, here] = [await source.client.getStatus(id), await target.client.getStatus(id)];
      assert.deepEqual(here, there);
    }

    const outcomes = await finish(target);
    assert.deepEqual(outcomes, await finish(twin));
    assert.equal(outcomes["chain"], "to chain 121");
    assert.deepEqual(outcomes["reader"], { word: "to reader", numbers: [1, 2, 3, 4, 5] });
    assert.deepEqual(outcomes["eternal"], ["poked", 3, 3]);
    assert.equal((outcomes["retrying"] as { attempt: number }).attempt, 2, "the failure before counts");
    assert.deepEqual(await historiesOf(target), await historiesOf(twin));
    assert.ok((firedAt.get("sleeper") as number) >= 0, "the timer kept its instant");

    assert.deepEqual(await historiesOf(source), before, "the old store is as it was");
    await assert.rejects(source.start({}), { code: "STORE_MOVED" });
    await assert.rejects(source.client.send("chain", "go", "late"), { code: "STORE_MOVED" });
    await assert.rejects(source.client.start("chain", 1), { code: "STORE_MOVED" });
    await assert.rejects(moveInstances({ from: source.provider, to: target.provider }), { code: "STORE_MOVED" });
  });
}
