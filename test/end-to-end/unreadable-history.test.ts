import assert from "node:assert/strict";
import { test } from "node:test";
import { CorruptHistoryError } from "../../src/errors/index.ts";
import { orchestration } from "../../src/definition/index.ts";
import { errorOf, kindsOf, untilRecorded } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { World, inEveryMode } from "../support/world.ts";

const keeper = orchestration("keeper", async (ctx) => [await ctx.receive("box"), await ctx.receive("box")]);

/** An instance in the middle of its work, that no node has in memory. */
async function asleep(world: World): Promise<void> {
  const node = await world.start({ orchestrations: [keeper] });
  const handle = await world.client.start(keeper, undefined, { instanceId: "kept" });
  await handle.send("box", 1);
  await untilRecorded(world, "kept", "ReceiveOpened", 2);
  await node.stop();
}

const newer: readonly [name: string, change: string, undo: string][] = [
  [
    "was begun by rules that only a newer release knows",
    `UPDATE perdure_history SET body = replace(body, '"semantics":1', '"semantics":2')`,
    `UPDATE perdure_history SET body = replace(body, '"semantics":2', '"semantics":1')`,
  ],
  [
    "has an event of a kind that only a newer release knows",
    `UPDATE perdure_history SET body = replace(body, '"ReceiveOpened"', '"Teleported"')`,
    `UPDATE perdure_history SET body = replace(body, '"Teleported"', '"ReceiveOpened"')`,
  ],
];

for (const [index, [name, change, undo]] of newer.entries()) {
  const inModes = index === 0 ? inEveryMode : inOneMode;
  inModes(`an instance whose history ${name} is put off, and goes on when it can be read`, async (world) => {
    await asleep(world);
    rawSql(world, change);
    const node = await world.start({ orchestrations: [keeper], limits: { claimsWithoutCommit: 1 } });
    const handle = world.client.getHandle("kept");
    await handle.send("box", 2);
    const putOffs = () => world.log.find("turn without running code");
    await world.until("it was put off more often than what is quarantined", () => putOffs().length >= 2);
    const { status, quarantine } = await world.client.getStatus("kept");
    assert.deepEqual([status, quarantine], ["running", undefined]);
    await node.stop();

    rawSql(world, undo);
    await world.start({ orchestrations: [keeper] });
    assert.deepEqual(await handle.result({ timeout: "10s" }), [1, 2]);
  });
}

const damages: readonly [name: string, damage: string][] = [
  ["that has a gap", "DELETE FROM perdure_history WHERE event_id = 2"],
  ["of which the beginning is missing", "DELETE FROM perdure_history WHERE event_id = 1"],
  ["with an event that is no JSON", "UPDATE perdure_history SET body = 'garbage' WHERE event_id = 3"],
  [
    "with an event that lacks a field",
    `UPDATE perdure_history SET body = '{"kind":"ReceiveOpened"}' WHERE event_id = 4`,
  ],
  ["with an event that lost its payload", "UPDATE perdure_history SET payload = NULL WHERE event_id = 3"],
];

for (const [index, [name, damage]] of damages.entries()) {
  const inModes = index === 0 ? inEveryMode : inOneMode;
  inModes(`an instance with a history ${name} fails, and no other instance notices`, async (world) => {
    await asleep(world);
    rawSql(world, damage);
    await world.start({ orchestrations: [keeper] });
    await world.client.send("kept", "box", 2);
    const error = await errorOf(world.client.getHandle("kept").result({ timeout: "10s" }));
    assert.ok(error instanceof CorruptHistoryError, String(error));
    const other = await world.client.start(keeper, undefined, { instanceId: "other" });
    for (const n of [1, 2]) await other.send("box", n);
    assert.deepEqual(await other.result({ timeout: "10s" }), [1, 2]);
    assert.equal((await kindsOf(world, "other")).at(-1), "OrchestrationCompleted");
  });
}

/** What an instance is read with is the same in all modes, so that one says enough of the further cases. */
function inOneMode(name: string, run: (world: World) => Promise<void>): void {
  test(name, async () => {
    const world = await World.open();
    try {
      await run(world);
    } finally {
      await world.close();
    }
  });
}
