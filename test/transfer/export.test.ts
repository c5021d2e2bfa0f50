import assert from "node:assert/strict";
import { activity, mailbox, orchestration } from "../../src/definition/index.ts";
import { InstanceExistsError, InstanceNotFoundError, InvalidArgumentError } from "../../src/errors/index.ts";
import { exportInstance, importInstances, type InstanceExport } from "../../src/transfer/index.ts";
import { replayHistory } from "../../src/testing/index.ts";
import { inEveryMode, World } from "../support/world.ts";

const box = mailbox<string>("box");
const secret = activity("secret", (_ctx, word: string) => `${word} of the household`);
const child = orchestration("child", async (ctx) => {
  ctx.setCustomStatus("waiting for the household");
  ctx.state.set("key", "of the household");
  return (await ctx.receive(box)) + (await ctx.activity(secret, "more"));
});
const parent = orchestration("parent", async (ctx, word: string) => {
  await ctx.activity(secret, word);
  return ctx.subOrchestration(child, undefined, { instanceId: "the-child" });
});
const program = { orchestrations: [parent, child], activities: [secret] };

/** A parent whose child waits for a message, in a store that no node runs on any more. */
async function waiting(world: World): Promise<void> {
  const node = await world.start(program);
  await world.client.start(parent, "secrets", { instanceId: "the-parent" });
  await world.until("the child waits", async () => {
    const states = await Promise.all(
      ["the-parent", "the-child"].map((id) => world.client.getHistory(id).catch(() => [])),
    );
    return states[0]?.at(-1)?.kind === "SubOrchestrationScheduled" && states[1]?.at(-1)?.kind === "ReceiveOpened";
  });
  await node.stop();
}

/** As through a file. */
const written = (file: InstanceExport): unknown => JSON.parse(JSON.stringify(file));

inEveryMode("a family is exported as one file, and goes on elsewhere where it was", async (world) => {
  await waiting(world);
  const file = written(await exportInstance(world.provider, "the-parent"));
  const elsewhere = await World.open(world.mode);
  try {
    const { imported } = await importInstances(elsewhere.provider, file, { as: "live" });
    assert.deepEqual(imported, ["the-parent", "the-child"]);
    assert.deepEqual(await elsewhere.client.getHistory("the-child"), await world.client.getHistory("the-child"));
    assert.deepEqual((await importInstances(elsewhere.provider, file)).present, imported, "once more");
    await elsewhere.start(program);
    await elsewhere.client.send("the-child", box, "yes, ");
    const result = await elsewhere.client.getHandle("the-parent").result({ timeout: "20s" });
    assert.equal(result, "yes, more of the household");
    assert.deepEqual([...(await elsewhere.client.getState("the-child"))], [["key", "of the household"]]);
  } finally {
    await elsewhere.close();
  }
});

inEveryMode(
  "what is imported for inspection can be looked at and replayed, and no node goes on with it",
  async (world) => {
    await waiting(world);
    const file = await exportInstance(world.provider, "the-parent");
    const events = file.instances[1]?.executions[0]?.events ?? [];
    (await replayHistory(child, events, { instanceId: "the-child" })).assertOk();
    const elsewhere = await World.open(world.mode);
    try {
      await importInstances(elsewhere.provider, written(file));
      await elsewhere.start(program);
      await elsewhere.client.send("the-child", box, "x");
      const { status, quarantine } = await elsewhere.client.getStatus("the-child");
      assert.deepEqual([status, quarantine], ["running", "It was imported for inspection."]);
      await elsewhere.client.start("parent", "other", { instanceId: "other" });
      await elsewhere.until(
        "the node works",
        async () => (await elsewhere.client.getStatus("other")).status === "running",
      );
      assert.equal((await elsewhere.client.getHistory("the-child")).length, events.length);
    } finally {
      await elsewhere.close();
    }
  },
);

inEveryMode("a redacted file has nothing of the users' in it, and nothing goes on with it", async (world) => {
  await waiting(world);
  const file = await exportInstance(world.provider, "the-parent", { redact: true });
  const text = JSON.stringify(file);
  assert.doesNotMatch(text, /household|secrets/);
  assert.match(text, /the-child/);
  await assert.rejects(importInstances(world.provider, file, { as: "live" }), InvalidArgumentError);
});

inEveryMode(
  "what is no export is refused, and so is an id that another run has; then nothing is stored",
  async (world) => {
    await waiting(world);
    await assert.rejects(exportInstance(world.provider, "nobody"), InstanceNotFoundError);
    const file = await exportInstance(world.provider, "the-parent");
    for (const bad of [null, {}, { perdureExport: 2, instances: [] }, { ...file, instances: [{}] }]) {
      await assert.rejects(importInstances(world.provider, bad), InvalidArgumentError);
    }
    const elsewhere = await World.open(world.mode);
    try {
      await elsewhere.client.start("child", null, { instanceId: "the-child" });
      await assert.rejects(importInstances(elsewhere.provider, file), InstanceExistsError);
      assert.equal(await elsewhere.client.count(), 1);
    } finally {
      await elsewhere.close();
    }
  },
);
