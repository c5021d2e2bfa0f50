import assert from "node:assert/strict";
import { test } from "node:test";
import { activity, orchestration } from "../../src/definition/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { FaultyProvider, Gate } from "../support/faulty-provider.ts";
import { checkHistories } from "../support/history-checks.ts";
import { World, inEveryMode, modes, onEveryStore } from "../support/world.ts";

/** An activity that runs until the test lets it go, and that does not care for its signal. */
function heldActivity() {
  const started = Promise.withResolvers<void>();
  const released = Promise.withResolvers<string>();
  const attempts: number[] = [];
  const held = activity("held", (ctx) => {
    attempts.push(ctx.attempt);
    started.resolve();
    return released.promise;
  });
  const next = activity("next", (_ctx, before: string) => `${before}, next`);
  const caller = orchestration("caller", async (ctx) => ctx.activity(next, await ctx.activity(held)));
  return {
    definitions: { activities: [held, next], orchestrations: [caller] },
    caller,
    attempts,
    started: started.promise,
    release: (result: string) => released.resolve(result),
  };
}

async function kindsOf({ client }: World, instanceId: string): Promise<string[]> {
  return (await client.getHistory(instanceId)).map(({ kind }) => kind);
}

inEveryMode("stop waits for a running activity, records what it gives, and begins nothing else", async (world) => {
  const { definitions, caller, attempts, started, release } = heldActivity();
  const watched = new FaultyProvider(world.provider);
  const node = await world.start({ ...definitions, provider: watched.provider, leaseDuration: 1_500 });
  const handle = await world.client.start(caller, undefined, { instanceId: "c" });
  await started;
  const stopped = node.stop({ timeout: "20s" });
  const late = await world.client.start(caller, undefined, { instanceId: "late" });
  const { nodeId } = node;
  const before = watched.count("renewLease");
  await world.until("it has renewed for longer than a lease", () => watched.count("renewLease") > before + 4);
  assert.equal(node.nodeId, nodeId, "the lease is kept until the end");
  release("held");
  await stopped;

  assert.equal((await world.client.getStatus("late")).status, "pending");
  assert.equal(node.nodeId, undefined);

  await world.start(definitions);
  assert.equal(await handle.result({ timeout: "5s" }), "held, next");
  assert.equal(await late.result({ timeout: "5s" }), "held, next");
  assert.deepEqual(attempts, [1, 1]);
});

onEveryStore(
  "what waits on a node that is stopping goes on elsewhere, and not when that has stopped",
  async (world) => {
    const { definitions, caller, started, release } = heldActivity();
    const waiter = orchestration("waiter", async (ctx) => ctx.receive("letter"));
    const all = { ...definitions, orchestrations: [caller, waiter] };
    const node = await world.start(all);
    const busy = await world.client.start(caller);
    const waiting = await world.client.start(waiter);
    await started;
    await world.until("both are at rest there", async () => (await kindsOf(world, waiting.instanceId)).length === 2);
    await world.start(all);
    let isStopped = false;
    const stopped = node.stop({ timeout: "20s" }).then(() => (isStopped = true));
    await world.client.send(waiting.instanceId, "letter", "read");
    assert.equal(await waiting.result({ timeout: "10s" }), "read");
    assert.equal(isStopped, false);
    release("held");
    assert.equal(await busy.result({ timeout: "10s" }), "held, next");
    await stopped;
  },
);

inEveryMode("stop hands back what does not end in time, without using up an attempt", async (world) => {
  const { definitions, caller, attempts, started, release } = heldActivity();
  const node = await world.start({ ...definitions, leaseDuration: "1h" });
  const handle = await world.client.start(caller);
  await started;
  await node.stop({ timeout: 20 });
  await world.start({ ...definitions, leaseDuration: "1h" });
  await world.until("it runs again", () => attempts.length === 2);
  release("held");
  assert.equal(await handle.result({ timeout: "5s" }), "held, next");
  assert.deepEqual(attempts, [1, 1]);
});

inEveryMode(
  "an activity is told that its node stops, and the next node goes on from its last heartbeat",
  async (world) => {
    const reasons: unknown[] = [];
    const seen: unknown[] = [];
    const beating = activity("beating", async (ctx) => {
      seen.push([ctx.attempt, ctx.lastHeartbeat]);
      if (ctx.lastHeartbeat !== undefined) return "done";
      ctx.heartbeat({ rows: 7 });
      await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
      reasons.push((ctx.signal.reason as { code?: string }).code);
      throw ctx.signal.reason;
    });
    const caller = orchestration("caller", (ctx) => ctx.activity(beating));
    const definitions = { orchestrations: [caller], activities: [beating] };
    const node = await world.start(definitions);
    const handle = await world.client.start(caller);
    await world.until("it has begun", () => seen.length === 1);
    await node.stop({ timeout: 0 });
    await world.start(definitions);
    assert.equal(await handle.result({ timeout: "5s" }), "done");
    assert.deepEqual(seen, [
      [1, undefined],
      [1, { rows: 7 }],
    ]);
    assert.deepEqual(reasons, ["ABORTED"]);
  },
);

inEveryMode("stop waits for the commit of a turn that is under way", async (world) => {
  const { definitions, caller } = heldActivity();
  const faulty = new FaultyProvider(world.provider);
  const gate = new Gate();
  faulty.faultFor = ({ method }) => (method === "commit" ? { before: gate.pass } : undefined);
  const node = await world.start({ ...definitions, provider: faulty.provider });
  await world.client.start(caller, undefined, { instanceId: "c" });
  await gate.reached;
  let isStopped = false;
  const stopped = node.stop({ timeout: 0 }).then(() => (isStopped = true));
  await world.client.start(caller);
  assert.equal(isStopped, false);
  gate.open();
  await stopped;
  assert.deepEqual(await kindsOf(world, "c"), ["OrchestrationStarted", "ActivityScheduled"]);
});

const trouble = {
  "commits fail": ["commit"],
  "commits and renewals fail": ["commit", "renewLease"],
  "everything fails": ["commit", "renewLease", "fetchInstances", "fetchWork", "fireTimers", "closeLease"],
} as const;

for (const how of ["fail before", "hang"] as const) {
  for (const [what, methods] of Object.entries(trouble)) {
    test(`stop ends in bounded time while ${what}${how === "hang" ? " by never answering" : ""}`, async () => {
      const world = await World.open();
      try {
        const { definitions, caller, started, release } = heldActivity();
        const faulty = new FaultyProvider(world.provider);
        const node = await world.start({ ...definitions, provider: faulty.provider, leaseDuration: 200 });
        const handle = await world.client.start(caller, undefined, { instanceId: "c" });
        await started;
        const forever = new Gate();
        faulty.faultFor = ({ method }) => {
          if (!(methods as readonly string[]).includes(method)) return undefined;
          return how === "hang" ? { before: forever.pass } : how;
        };
        release("held");
        const startedAt = performance.now();
        await node.stop({ timeout: 0 });
        assert.ok(performance.now() - startedAt < 2_000, `it took ${performance.now() - startedAt} ms`);
        forever.open();
        await faulty.settled();
        await world.start(definitions);
        assert.equal(await handle.result({ timeout: "5s" }), "held, next");
        await checkHistories(world.client, "c");
      } finally {
        await world.close();
      }
    });
  }
}

test("stop may be called again, and a node may be started after it", async () => {
  const world = await World.open();
  try {
    const { definitions, caller, release } = heldActivity();
    release("held");
    const first = await world.start(definitions);
    await Promise.all([first.stop(), first.stop({ timeout: 0 }), first[Symbol.asyncDispose]()]);
    await first.stop();
    const handle = await world.client.start(caller);
    await world.start(definitions);
    assert.equal(await handle.result({ timeout: "5s" }), "held, next");
  } finally {
    await world.close();
  }
});

test("a node that could not be started leaves nothing behind", async () => {
  const world = await World.open();
  try {
    const faulty = new FaultyProvider(world.provider, () => "fail before");
    await assert.rejects(world.start({ provider: faulty.provider }), { code: "STORAGE" });
    faulty.faultFor = () => undefined;
    const { definitions, caller, release } = heldActivity();
    release("held");
    await using _node = await world.start({ ...definitions, provider: faulty.provider });
    assert.equal(await (await world.client.start(caller)).result({ timeout: "5s" }), "held, next");
    assert.equal(faulty.count("openLease"), 2);
  } finally {
    await world.close();
  }
});

test("`await using` stops the node at the end of its block", async () => {
  const world = await World.open();
  try {
    const { definitions } = heldActivity();
    let kept: Runtime;
    {
      await using node = await Runtime.start({ ...definitions, provider: world.provider, ...modes[0]?.options });
      kept = node;
      assert.notEqual(node.nodeId, undefined);
    }
    assert.equal(kept.nodeId, undefined);
  } finally {
    await world.close();
  }
});
