import assert from "node:assert/strict";
import { after, test } from "node:test";
import { bundleProgram } from "../support/bundle.ts";
import { type RunningProgram, startProgram } from "../support/program.ts";
import { World } from "../support/world.ts";

// It is started some fifty times.
const program = await bundleProgram("test/faults/programs/hostile.ts");
after(() => program[Symbol.dispose]());

const startNode = (world: World, behaviour: string) =>
  startProgram(program.path, { file: world.file, behaviour }, program);

/** Starts the node again whenever it is gone, or has got stuck, until something is so. */
async function restartUntil(
  world: World,
  behaviour: string,
  isSo: () => Promise<boolean>,
): Promise<{ restarts: number; node: RunningProgram }> {
  for (let restarts = 0; restarts < 15; restarts += 1) {
    const node = startNode(world, behaviour);
    const stuck = node.printed("hostile").then(() => "stuck");
    const gone = node.ended.then(() => "gone");
    const done = world.until("it is so", isSo).then(() => "done");
    const first = await Promise.race([stuck.catch(() => "gone"), gone, done]);
    if (first === "done") return { restarts, node };
    node.kill("SIGKILL");
    await node.ended;
    done.catch(() => undefined);
    if (await isSo()) return { restarts, node: startNode(world, behaviour) };
  }
  throw new Error("It never came to be so.");
}

for (const behaviour of ["spin", "microtasks", "exit", "kill"]) {
  test(`an orchestration that would ${behaviour} is quarantined, and stalls nobody else`, async () => {
    const world = await World.open();
    try {
      const { client } = world;
      await client.start("hostile", undefined, { instanceId: "hostile" });
      const honest = await client.startMany(
        Array.from({ length: 5 }, (_, index) => ({ orchestration: "honest", input: 5, instanceId: `honest-${index}` })),
      );
      const { node, restarts } = await restartUntil(world, behaviour, async () => {
        return (await client.getStatus("hostile")).quarantine !== undefined;
      });
      assert.ok(restarts <= 5, `${restarts} restarts`);
      for (const handle of honest) assert.equal(await handle.result({ timeout: "20s" }), 5);
      const { instances } = await client.list({ quarantined: true });
      assert.deepEqual(
        instances.map(({ instanceId }) => instanceId),
        ["hostile"],
      );
      assert.match(instances[0]?.quarantine ?? "", /claimed 3 times without a commit/);
      assert.equal(instances[0]?.status, "running");
      node.kill("SIGKILL");
      await node.ended;

      // Visible, and releasable once its code is right.
      await using fixed = startNode(world, "fixed");
      await fixed.printed("ready");
      await client.releaseQuarantine("hostile");
      assert.equal(await client.getHandle("hostile").result({ timeout: "20s" }), "fixed");
    } finally {
      await world.close();
    }
  });
}

test("an orchestration that kills its process is quarantined also when a termination for another run waits", async () => {
  const world = await World.open();
  try {
    const { client } = world;
    await client.start("hostile", undefined, { instanceId: "hostile" });
    const from = { instanceId: "bygone", runId: "r", executionId: 1, eventId: 2 };
    const body = JSON.stringify({ kind: "TerminateRequested", from });
    await world.provider.enqueue([{ instanceId: "hostile", lane: "ending", body, payload: null }]);
    const { node, restarts } = await restartUntil(world, "exit at once", async () => {
      return (await client.getStatus("hostile")).quarantine !== undefined;
    });
    await using _node = node;
    assert.ok(restarts <= 5, `${restarts} restarts`);
    assert.match((await client.getStatus("hostile")).quarantine ?? "", /claimed 3 times without a commit/);
  } finally {
    await world.close();
  }
});

test("a quarantined instance can be terminated, without its code being run", async () => {
  const world = await World.open();
  try {
    const { client } = world;
    await client.start("hostile", undefined, { instanceId: "hostile" });
    const { node } = await restartUntil(world, "exit", async () => {
      return (await client.getStatus("hostile")).quarantine !== undefined;
    });
    await using _node = node;
    await client.terminate("hostile", "enough");
    await assert.rejects(client.getHandle("hostile").result({ timeout: "20s" }), { code: "TERMINATED" });
    assert.equal((await client.getStatus("hostile")).quarantine, undefined);
  } finally {
    await world.close();
  }
});

test("however many orchestrations end their process, no activity fails that runs beside them", async () => {
  const world = await World.open();
  try {
    const { client } = world;
    const bystander = await client.start("bystander");
    const hostile = Array.from({ length: 6 }, (_, index) => `hostile-${index}`);
    await client.startMany(hostile.map((instanceId) => ({ orchestration: "hostile", instanceId })));
    const { node, restarts } = await restartUntil(world, "exit", async () => {
      return (await client.list({ quarantined: true })).instances.length === hostile.length;
    });
    await using _node = node;
    // More than the losses that an activity is allowed.
    assert.ok(restarts > 6, `${restarts} restarts`);
    const attempt = await bystander.result({ timeout: "20s" });
    assert.ok(typeof attempt === "number" && attempt <= 4, `attempt ${String(attempt)}`);
  } finally {
    await world.close();
  }
});

test("an activity that ends its process fails after its attempts, and those that ran beside it do not", async () => {
  const world = await World.open();
  try {
    const { client } = world;
    const careful = await client.start("careful", undefined, { instanceId: "careful" });
    const bystanders = await client.startMany(Array.from({ length: 5 }, () => ({ orchestration: "bystander" })));
    const { node, restarts } = await restartUntil(world, "fixed", async () => {
      return (await client.getStatus("careful")).status === "completed";
    });
    await using _node = node;
    assert.equal(await careful.result({ timeout: "20s" }), "ACTIVITY_LOST");
    assert.equal(restarts, 6);
    for (const bystander of bystanders) {
      const attempt = await bystander.result({ timeout: "20s" });
      assert.ok(typeof attempt === "number" && attempt <= 3, `attempt ${String(attempt)}`);
    }
  } finally {
    await world.close();
  }
});
