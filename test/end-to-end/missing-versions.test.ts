import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { NotRegisteredError } from "../../src/errors/index.ts";
import { overriding } from "../support/overriding.ts";
import { errorOf, statusOf, untilRecorded, untilStatus } from "../support/instances.ts";
import { inEveryMode } from "../support/world.ts";

const job = (version: string) =>
  orchestration("job", { version }, async (ctx) => {
    await ctx.receive("go");
    return version;
  });

for (const grace of ["200ms", 0] as const) {
  inEveryMode(
    `an instance whose version is gone for ${grace} is cancelled, and a newer one is no help`,
    async (world) => {
      const { client } = world;
      const first = await world.start({ orchestrations: [job("1.0.0")] });
      const handle = await client.start(job("1.0.0"), undefined, { instanceId: "orphan" });
      await untilStatus(world, "orphan", "running");
      await first.stop();
      // Nothing is sent to it, and it waits for no timer.
      await world.start({ orchestrations: [job("1.0.1"), job("2.0.0")], missingVersionGrace: grace });
      const error = await errorOf(handle.result({ timeout: "10s" }));
      assert.ok(error instanceof NotRegisteredError);
      assert.equal(error.code, "NOT_REGISTERED");
      assert.match(error.message, /"job" version 1\.0\.0/);
      assert.equal((await client.getStatus("orphan")).status, "cancelled");
      assert.equal((await client.getHistory("orphan")).at(-1)?.kind, "ExecutionEnded");
    },
  );
}

inEveryMode("the parent of a child whose version is gone sees exactly the child's error", async (world) => {
  const { client } = world;
  const parent = orchestration("parent", async (ctx) => {
    try {
      return await ctx.subOrchestration("job", undefined, { instanceId: "child" });
    } catch (error) {
      const { code, message, name } = error as Error & { code: string };
      return { isNotRegistered: error instanceof NotRegisteredError, code, message, name };
    }
  });
  const careless = orchestration("careless", (ctx) =>
    ctx.subOrchestration("job", undefined, { instanceId: "careless-child" }),
  );
  const first = await world.start({ orchestrations: [parent, careless, job("1.0.0")] });
  const handle = await client.start(parent, undefined);
  const failing = await client.start(careless, undefined);
  for (const child of ["child", "careless-child"]) await untilStatus(world, child, "running");
  await first.stop();

  // Only a newer version comes back.
  await world.start({ orchestrations: [parent, careless, job("2.0.0")], missingVersionGrace: "200ms" });
  const childError = await errorOf(client.getHandle("child").result({ timeout: "10s" }));
  assert.match(childError.message, /"job" version 1\.0\.0/);
  const { code, message, name } = childError;
  assert.deepEqual(await handle.result({ timeout: "10s" }), { isNotRegistered: true, code, message, name });

  const error = await errorOf(failing.result({ timeout: "10s" }));
  assert.ok(error instanceof NotRegisteredError);
  assert.equal(error.code, "NOT_REGISTERED");
  assert.equal(error.message, message);
  assert.equal((await client.getStatus("child")).status, "cancelled");
  assert.equal((await client.getStatus(failing.instanceId)).status, "failed");
});

inEveryMode(
  "a version that comes back within the grace finds all that waited for it, however many times",
  async (world) => {
    const { client } = world;
    const newer = await world.start({ orchestrations: [job("2.0.0")], missingVersionGrace: "30s" });
    const handles = [];
    for (let round = 1; round <= 3; round += 1) {
      const node = await world.start({ orchestrations: [job("1.0.0")], missingVersionGrace: "30s" });
      handles.push(await client.start(job("1.0.0"), undefined, { instanceId: `orphan-${round}` }));
      await untilRecorded(world, `orphan-${round}`, "ReceiveOpened");
      await node.stop();
    }
    await world.start({ orchestrations: [job("1.0.0")], missingVersionGrace: 0 });
    await newer.stop();
    for (const handle of handles) {
      await handle.send("go", null);
      assert.equal(await handle.result({ timeout: "10s" }), "1.0.0");
    }
  },
);

inEveryMode("many that wait are ended together, and those of other versions go on", async (world) => {
  const { client } = world;
  const first = await world.start({ orchestrations: [job("1.0.0"), job("2.0.0")] });
  const starts = (version: string, count: number) =>
    client.startMany(
      Array.from({ length: count }, (_, n) => ({ orchestration: "job", version, instanceId: `${version}-${n}` })),
    );
  await starts("1.0.0", 120);
  const others = await starts("2.0.0", 3);
  await world.until("all wait", async () => (await client.count({ status: "running" })) === 123);
  await first.stop();
  await world.start({ orchestrations: [job("2.0.0")], missingVersionGrace: 0 });
  await world.until("all are ended", async () => (await client.count({ status: "cancelled" })) === 120);
  for (const handle of others) {
    await handle.send("go", null);
    assert.equal(await handle.result({ timeout: "10s" }), "2.0.0");
  }
});

inEveryMode("with onMissingVersion wait, an instance waits until its version comes back", async (world) => {
  const { client } = world;
  const first = await world.start({ orchestrations: [job("1.0.0")] });
  const handle = await client.start(job("1.0.0"), undefined, { instanceId: "patient" });
  await untilStatus(world, "patient", "running");
  await first.stop();
  await world.start({ orchestrations: [job("2.0.0")], missingVersionGrace: 0, onMissingVersion: "wait" });
  await client.send("patient", "go", null);
  await world.until("several sweeps have found it missing", () => {
    const lines = world.log.find("no live node has had these registered");
    return lines.filter(({ fields }) => String(fields["missing"]).includes("job@1.0.0")).length >= 3;
  });
  assert.equal((await client.getStatus("patient")).status, "running");
  await world.start({ orchestrations: [job("1.0.0")], missingVersionGrace: 0 });
  assert.equal(await handle.result({ timeout: "10s" }), "1.0.0");
});

inEveryMode("nothing is cancelled while some live node has its version, however slow that node is", async (world) => {
  const { client } = world;
  const handle = await client.start(job("1.0.0"), undefined, { instanceId: "served" });
  await client.send("served", "go", null);

  const other = await world.store.openAnother();
  try {
    let isSlow = true;
    const none = { storeNow: 0, instances: [], busyHasMail: false, nextAvailableAt: null };
    const slow = overriding(other, {
      fetchInstances: (request) => (isSlow ? Promise.resolve(none) : other.fetchInstances(request)),
    });
    const holder = await world.start({ provider: slow, orchestrations: [job("1.0.0")], missingVersionGrace: 0 });
    let sweeps = 0;
    const counting = overriding(world.provider, {
      findUnservable: (request) => {
        sweeps += 1;
        return world.provider.findUnservable(request);
      },
    });
    await world.start({ provider: counting, orchestrations: [job("2.0.0")], missingVersionGrace: 0 });
    await world.until("there were several sweeps", () => sweeps >= 5);
    assert.equal((await client.getStatus("served")).status, "pending");

    isSlow = false;
    await client.send("served", "go", null);
    assert.equal(await handle.result({ timeout: "10s" }), "1.0.0");
    await holder.stop();
  } finally {
    await other.close();
  }
});

inEveryMode("an orchestration that nobody knows is cancelled, as a root and as a child", async (world) => {
  const { client } = world;
  const parent = orchestration("parent", (ctx) =>
    ctx.subOrchestration<string>("nobody", 1, { instanceId: "stranger" }).catch((error: Error) => error.message),
  );
  await world.start({ orchestrations: [parent], missingVersionGrace: "100ms" });
  const handle = await client.start(parent);
  const root = await client.start("nobody-either", undefined, { instanceId: "root" });
  assert.match(await handle.result({ timeout: "10s" }), /Orchestration "nobody" is not registered/);
  const error = await errorOf(root.result({ timeout: "10s" }));
  assert.equal(error.code, "NOT_REGISTERED");
  assert.match(error.message, /Orchestration "nobody-either" is not registered/);
  assert.equal((await client.getStatus("root")).status, "cancelled");
  assert.deepEqual(await client.getDescriptor("root"), { name: "nobody-either", version: "*" });
});

inEveryMode("an activity that nobody knows fails catchably", async (world) => {
  const caller = orchestration("caller", (ctx) =>
    ctx.activity("nothing", 1).catch((error: Error & { code: string }) => [error.name, error.code, error.message]),
  );
  const known = activity("known", () => 1);
  await world.start({ orchestrations: [caller], activities: [known], missingVersionGrace: "100ms" });
  const handle = await world.client.start(caller);
  const [name, code, message] = (await handle.result({ timeout: "10s" })) as string[];
  assert.equal(name, "ActivityError");
  assert.equal(code, "NOT_REGISTERED");
  assert.match(message as string, /"nothing"/);
});

inEveryMode("what nobody can run stalls nobody else", async (world) => {
  const { client } = world;
  const caller = orchestration("caller", (ctx) => ctx.activity("nothing", 1));
  const double = activity("double", (_ctx, value: number) => value * 2);
  const fine = orchestration("fine", (ctx, value: number) => ctx.activity(double, value));
  await world.start({
    orchestrations: [caller, fine],
    activities: [double],
    concurrency: { orchestrations: 1, activities: 1 },
  });
  await client.startMany(
    Array.from({ length: 20 }, (_, n) => ({ orchestration: "nobody", instanceId: `nobody-${n}` })),
  );
  const callers = await client.startMany(Array.from({ length: 20 }, () => ({ orchestration: caller })));
  for (const { instanceId } of callers) await untilRecorded(world, instanceId, "ActivityScheduled");
  const handles = await client.startMany(Array.from({ length: 20 }, (_, input) => ({ orchestration: fine, input })));
  const results = await Promise.all(handles.map((handle) => handle.result({ timeout: "10s" })));
  assert.deepEqual(
    results,
    Array.from({ length: 20 }, (_, n) => n * 2),
  );
  assert.equal((await statusOf(world, "nobody-0"))?.status, "pending");
});
