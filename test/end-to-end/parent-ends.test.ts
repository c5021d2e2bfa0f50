import assert from "node:assert/strict";
import { type AnyOrchestration, type OrchestrationContext, orchestration } from "../../src/definition/index.ts";
import { overriding } from "../support/overriding.ts";
import { errorOf, untilRecorded, untilStatus } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { type World, inEveryMode } from "../support/world.ts";

const child = orchestration("child", (ctx) => ctx.receive<string>("go"));

const starting = (version: string, rest: (ctx: OrchestrationContext) => unknown) =>
  orchestration("parent", { version }, async (ctx): Promise<unknown> => {
    if (ctx.executionId > 1) return ctx.receive("how");
    // Nobody awaits them: what becomes of them is up to how the parent ends.
    const children = [
      ctx.subOrchestration(child, undefined, { instanceId: "to-cancel" }),
      ctx.subOrchestration(child, undefined, { instanceId: "to-terminate", onParentEnd: "terminate" }),
      ctx.subOrchestration(child, undefined, { instanceId: "to-abandon", onParentEnd: "abandon" }),
    ];
    for (const promise of children) promise.catch(() => undefined);
    await ctx.startOrchestration(child, undefined, { instanceId: "detached" });
    return rest(ctx);
  });

const parent = starting("1.0.0", async (ctx) => {
  const how = await ctx.receive("how");
  if (how === "throw") throw new Error("thrown");
  if (how === "again") return ctx.continueAsNew();
  if (how === "flood") for (let n = 0; n < 200; n += 1) ctx.setCustomStatus(n);
  return how;
});

interface End {
  readonly cause: (world: World, restart: (code: AnyOrchestration) => Promise<void>) => Promise<void>;
  /** What becomes of a child by default. */
  readonly byDefault?: "terminated";
}

const send =
  (how: string): End["cause"] =>
  ({ client }) =>
    client.send("p", "how", how);

const ends: Readonly<Record<string, End>> = {
  returns: { cause: send("done") },
  throws: { cause: send("throw") },
  "continues as new": { cause: send("again") },
  "exceeds a limit": { cause: send("flood") },
  "is cancelled": { cause: ({ client }) => client.cancel("p") },
  "is terminated": { cause: ({ client }) => client.terminate("p"), byDefault: "terminated" },
  "loses its version": {
    cause: async (world, restart) => {
      await restart(starting("2.0.0", () => "wrong version"));
      await send("done")(world, restart);
    },
  },
  "turns out nondeterministic": {
    cause: async (world, restart) => {
      await restart(starting("1.0.0", (ctx) => ctx.waitForEvent("something else")));
      await send("done")(world, restart);
    },
  },
  "has a history that cannot be read": {
    cause: async (world, restart) => {
      rawSql(
        world,
        `UPDATE perdure_history SET body = '{"kind":' WHERE event_id = 6
           AND key = (SELECT key FROM perdure_instances WHERE instance_id = 'p')`,
      );
      await restart(parent);
      await send("done")(world, restart);
    },
  },
};

for (const [name, { cause, byDefault = "cancelled" }] of Object.entries(ends)) {
  inEveryMode(`when a parent ${name}, its children end as its calls said`, async (world) => {
    const { client } = world;
    const settings = { missingVersionGrace: 0, limits: { events: 100 } } as const;
    let node = await world.start({ ...settings, orchestrations: [parent, child] });
    await client.start(parent, undefined, { instanceId: "p" });
    await untilRecorded(world, "p", "ReceiveOpened");
    for (const id of ["to-cancel", "to-terminate", "to-abandon", "detached"]) await untilStatus(world, id, "running");
    await cause(world, async (code) => {
      await node.stop();
      node = await world.start({ ...settings, orchestrations: [code, child] });
    });
    await untilStatus(world, "to-cancel", byDefault);
    await untilStatus(world, "to-terminate", "terminated");
    // Messages to one instance come in order: whatever its parent had to say would come before this.
    for (const id of ["to-abandon", "detached"]) {
      await client.send(id, "go", "on its own");
      assert.equal(await client.getHandle(id).result({ timeout: "10s" }), "on its own");
    }
  });
}

inEveryMode(
  "a child that the same turn starts and leaves behind never runs, unless it is to be abandoned",
  async (world) => {
    const hasty = orchestration("hasty", (ctx) => {
      void ctx.subOrchestration(child, undefined, { instanceId: "left" });
      void ctx.subOrchestration(child, undefined, { instanceId: "kept", onParentEnd: "abandon" });
      return "gone";
    });
    await world.start({ orchestrations: [hasty, child] });
    const handle = await world.client.start(hasty);
    assert.equal(await handle.result({ timeout: "10s" }), "gone");
    await untilStatus(world, "kept", "running");
    assert.equal((await errorOf(world.client.getStatus("left"))).code, "INSTANCE_NOT_FOUND");
  },
);

inEveryMode("a child that its parent gives up is asked to cancel, and may still clean up", async (world) => {
  const tidy = orchestration("tidy", async (ctx) => {
    try {
      await ctx.receive("never");
    } catch (error) {
      ctx.setCustomStatus((error as Error).message);
      await ctx.sleep(1);
      throw error;
    }
  });
  const impatient = orchestration("impatient", async (ctx) => {
    const abort = new AbortController();
    const aborted = ctx.subOrchestration(tidy, undefined, { instanceId: "aborted", signal: abort.signal });
    const limited = ctx.subOrchestration(tidy, undefined, {
      instanceId: "limited",
      timeout: "20ms",
      onParentEnd: "abandon",
    });
    const outcome = limited.catch((error: Error) => error.name);
    await ctx.receive("now");
    abort.abort();
    return [await aborted.catch((error: Error) => error.name), await outcome];
  });
  await world.start({ orchestrations: [tidy, impatient] });
  const handle = await world.client.start(impatient);
  await untilStatus(world, "aborted", "running");
  await untilStatus(world, "limited", "cancelled");
  await handle.send("now", null);
  assert.deepEqual(await handle.result({ timeout: "10s" }), ["AbortError", "TimeoutError"]);
  const { customStatus } = await untilStatus(world, "aborted", "cancelled");
  assert.equal(customStatus, "Cancelled: the parent gave it up");
  assert.equal(
    (await untilStatus(world, "limited", "cancelled")).customStatus,
    "Cancelled: the parent's time limit ran out",
  );
});

inEveryMode("a request from somebody who says to be the parent, but is not, is dropped", async (world) => {
  const { client } = world;
  const thief = orchestration("thief", async (ctx) => {
    const stolen = ctx.subOrchestration(child, undefined, { instanceId: "victim" });
    return stolen.catch((error: Error) => error.name);
  });
  await world.start({ orchestrations: [child, thief] });
  const victim = await client.start(child, undefined, { instanceId: "victim" });
  await untilStatus(world, "victim", "running");
  assert.equal(await (await client.start(thief)).result({ timeout: "10s" }), "InstanceExistsError");
  const forged = { instanceId: "thief", runId: "r", executionId: 1, eventId: 2 };
  for (const [kind, lane] of [
    ["CancelRequested", "normal"],
    ["TerminateRequested", "ending"],
  ] as const) {
    const body = JSON.stringify({ kind, from: forged });
    await world.provider.enqueue([{ instanceId: "victim", lane, body, payload: null }]);
  }
  await world.until("both are dropped", () => world.log.find("message dropped").length === 2);
  await victim.send("go", "unharmed");
  assert.equal(await victim.result({ timeout: "10s" }), "unharmed");
});

inEveryMode(
  "a parent that ends before it hears that its child's id was in use does the other no harm",
  async (world) => {
    const { client } = world;
    const thief = orchestration("thief", async (ctx) => {
      void ctx.subOrchestration(child, undefined, { instanceId: "victim", onParentEnd: "terminate" });
      await ctx.receive("now");
    });
    const holder = await world.start({ orchestrations: [child] });
    const victim = await client.start(child, undefined, { instanceId: "victim" });
    await untilStatus(world, "victim", "running");
    await holder.stop();

    // The request comes before the answer to the start, and to where nobody can run the victim.
    const hasty = overriding(world.provider, {
      commit: async (batch) => {
        if (batch.turns.some(({ starts }) => starts.length > 0)) await client.terminate("thief");
        return world.provider.commit(batch);
      },
    });
    const other = await world.start({ orchestrations: [thief], provider: hasty });
    const handle = await client.start(thief, undefined, { instanceId: "thief" });
    await assert.rejects(handle.result({ timeout: "10s" }), { code: "TERMINATED" });
    await world.until("the request is dropped", () =>
      world.log.find("message dropped").some(({ fields }) => fields["what"] === "TerminateRequested"),
    );
    await victim.send("go", "unharmed");
    await other.stop();
    await world.start({ orchestrations: [child] });
    assert.equal(await victim.result({ timeout: "10s" }), "unharmed");
  },
);
