import type { HistoryEntry } from "../../src/client/index.ts";
import { activity, event, mailbox, orchestration } from "../../src/definition/index.ts";
import { untilRecorded } from "../support/instances.ts";
import type { World } from "../support/world.ts";

const go = mailbox<string>("go");
const more = mailbox<number>("more");
const poke = event<string>("poke");

/** Instances that are in the middle of all sorts of things, and what the same code makes of them elsewhere. */
export function population() {
  let isBroken = true;
  const firedAt = new Map<string, number>();
  const add = activity("add", (_ctx, [a, b]: [number, number]) => a + b);
  const flaky = activity("flaky", { retry: { maxAttempts: 3, initialInterval: "3s" } }, (ctx) => {
    if (isBroken) throw new Error("not yet");
    return { attempt: ctx.attempt, key: ctx.idempotencyKey.length };
  });

  const chain = orchestration("chain", async (ctx, n: number) => {
    let sum = n;
    for (let i = 1; i <= 3; i += 1) sum = await ctx.activity(add, [sum, i]);
    ctx.setCustomStatus({ half: sum });
    const word = await ctx.receive(go);
    for (let i = 4; i <= 6; i += 1) sum = await ctx.activity(add, [sum, i]);
    return `${word} ${sum}`;
  });
  const sleeper = orchestration("sleeper", async (ctx) => {
    const dueAt = ctx.now() + 2_000;
    await ctx.sleep("2s");
    firedAt.set(ctx.instanceId, ctx.now() - dueAt);
    return "slept";
  });
  // Messages arrive while it waits for something else: recorded, and unread.
  const reader = orchestration("reader", async (ctx) => {
    const word = await ctx.receive(go);
    const numbers: number[] = [];
    while (numbers.length < 5) numbers.push(await ctx.receive(more));
    return { word, numbers };
  });
  const retrying = orchestration("retrying", (ctx) => ctx.activity(flaky, null));
  const child = orchestration("child", async (ctx, n: number) =>
    ctx.activity(add, [n, (await ctx.receive(go)).length]),
  );
  const parent = orchestration("parent", async (ctx) => {
    const options = { instanceId: "the child" };
    const fromChild = await ctx.subOrchestration(child, 10, options);
    return ctx.activity(add, [fromChild, 1]);
  });
  const eternal = orchestration("eternal", async (ctx, count: number): Promise<unknown> => {
    ctx.state.set("count", count);
    if (count < 3) return ctx.continueAsNew(count + 1);
    return [await ctx.waitForEvent(poke), ctx.executionId, ctx.state.get("count")];
  });
  const failing = orchestration("failing", () => Promise.reject(new Error("on purpose")));

  const definitions = {
    activities: [add, flaky],
    orchestrations: [chain, sleeper, reader, retrying, child, parent, eternal, failing],
  };

  /** Runs a node until everything is under way, and stops it. Then messages come that nobody has seen. */
  async function begin(world: World): Promise<void> {
    isBroken = true;
    const { client } = world;
    const node = await world.start({ ...definitions, dehydrateAfter: 0 });
    await client.start(chain, 100, { instanceId: "chain" });
    await client.start(chain, 200, { instanceId: "quarantined" });
    await client.start(reader, undefined, { instanceId: "reader" });
    await client.start(parent, undefined, { instanceId: "parent" });
    await client.start(eternal, 1, { instanceId: "eternal" });
    const failed = await client.start(failing, undefined, { instanceId: "failed" });
    await failed.result({ timeout: "10s" }).catch(() => undefined);
    await untilRecorded(world, "chain", "ReceiveOpened");
    await untilRecorded(world, "quarantined", "ReceiveOpened");
    await untilRecorded(world, "the child", "ReceiveOpened");
    await untilRecorded(world, "eternal", "EventWaitOpened");
    for (const n of [1, 2, 3]) await client.send("reader", more, n);
    await untilRecorded(world, "reader", "MessageArrived", 3);
    // Last, because they go on by themselves after some seconds.
    await client.start(retrying, undefined, { instanceId: "retrying" });
    await client.start(sleeper, undefined, { instanceId: "sleeper" });
    await untilRecorded(world, "sleeper", "TimerCreated");
    const failures = "SELECT failures FROM perdure_work WHERE failures > 0";
    await world.until("the activity has failed once", () => world.store.sql(failures).length > 0);
    await node.stop();
    world.store.sql(
      `UPDATE perdure_ownerships SET quarantine = 'by the test'
        WHERE key = (SELECT key FROM perdure_instances WHERE instance_id = 'quarantined') RETURNING key`,
    );
    await client.start(chain, 300, { instanceId: "pending" });
    for (const id of ["chain", "quarantined", "pending", "reader", "the child"]) await client.send(id, go, `to ${id}`);
    for (const n of [4, 5]) await client.send("reader", more, n);
    await client.raiseEvent("eternal", poke, "poked");
  }

  /** Runs everything to its end, and gives what came out. */
  async function finish(world: World): Promise<Record<string, unknown>> {
    isBroken = false;
    await world.start(definitions);
    await world.client.releaseQuarantine("quarantined");
    const outcomes: Record<string, unknown> = {};
    for (const id of instanceIds) {
      const handle = world.client.getHandle(id);
      outcomes[id] = await handle.result({ timeout: "20s" }).catch((error: Error) => error.message);
    }
    return outcomes;
  }

  return { begin, finish, firedAt };
}

export const instanceIds = "chain,quarantined,sleeper,reader,retrying,parent,eternal,failed,the child,pending".split(
  ",",
);

/** All histories, without what differs between two runs of the same: instants, and random ids. */
export async function historiesOf(world: World): Promise<Record<string, unknown>> {
  const histories: Record<string, unknown> = {};
  for (const id of instanceIds) {
    for (const { executionId } of await world.client.listExecutions(id)) {
      const events = await world.client.getHistory(id, { executionId });
      histories[`${id} ${executionId}`] = events.map(comparable);
    }
  }
  return histories;
}

const differing = new Set(["at", "runId", "dueAt", "startedAt", "stack", "node"]);

function comparable(entry: HistoryEntry): unknown {
  return JSON.parse(JSON.stringify(entry, (key, value: unknown) => (differing.has(key) ? undefined : value)));
}
