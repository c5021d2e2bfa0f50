import assert from "node:assert/strict";
import { activity, mailbox, orchestration } from "../../src/definition/index.ts";
import type { CommitBatch } from "../../src/providers/contract.ts";
import type { RuntimeOptions } from "../../src/runtime/index.ts";
import { FaultyProvider, Gate } from "../support/faulty-provider.ts";
import { checkHistories } from "../support/history-checks.ts";
import { type World, inEveryMode } from "../support/world.ts";

const go = mailbox<string>("go");
const waiting = orchestration("waiting", async (ctx) => `${await ctx.receive(go)} ${await ctx.receive(go)}`);

/** An activity that, the first time, does nothing but wait for its signal. */
function blockedOnce() {
  const started = Promise.withResolvers<AbortSignal>();
  const attempts: number[] = [];
  const blocked = activity("blocked", (ctx) => {
    attempts.push(ctx.attempt);
    if (attempts.length > 1) return "done";
    started.resolve(ctx.signal);
    return new Promise<string>((resolve) => ctx.signal.addEventListener("abort", () => resolve("too late")));
  });
  const caller = orchestration("caller", (ctx) => ctx.activity(blocked, undefined));
  return {
    definitions: { activities: [blocked], orchestrations: [caller] },
    caller,
    started: started.promise,
    attempts,
  };
}

/** A node with a lease that it soon loses, whose instances stay in memory for good unless the mode says otherwise. */
async function startWaiting(world: World, options: Partial<RuntimeOptions> = {}) {
  const faulty = new FaultyProvider(world.provider);
  const node = await world.start({
    provider: faulty.provider,
    orchestrations: [waiting],
    leaseDuration: 200,
    dehydrateAfter: "1m",
    ...world.mode.options,
    ...options,
  });
  const handle = await world.client.start(waiting, undefined, { instanceId: "w" });
  await world.client.send("w", go, "one");
  await world.until("the message is in", async () => (await world.client.getHistory("w")).length === 4);
  return { faulty, node, handle };
}

const replaysEveryTurn = ({ mode }: World) => mode.options.dehydrateAfter === 0;

inEveryMode("a node that cannot renew its lease begins anew, and what it had still completes", async (world) => {
  const { faulty, node, handle } = await startWaiting(world, { leaseDuration: "1s" });
  const first = node.nodeId;
  assert.equal(node.hydratedCount, replaysEveryTurn(world) ? 0 : 1);

  faulty.faultFor = ({ method }) => (method === "renewLease" ? "fail before" : undefined);
  await world.until("the node has another id", () => node.nodeId !== undefined && node.nodeId !== first);
  assert.equal(node.hydratedCount, 0);

  const before = faulty.calls.length;
  faulty.faultFor = () => undefined;
  await world.client.send("w", go, "two");
  assert.equal(await handle.result({ timeout: "5s" }), "one two");
  const commits = faulty.calls.slice(before).filter(({ method }) => method === "commit");
  assert.ok(commits.length > 0);
  for (const { args } of commits) assert.equal((args[0] as CommitBatch).nodeId, node.nodeId);
  await checkHistories(world.client, "w");
});

inEveryMode("a commit that comes after the store has ended the lease is fenced", async (world) => {
  const { faulty, node, handle } = await startWaiting(world, { leaseDuration: 900 });
  const first = node.nodeId as string;
  const gate = new Gate();
  faulty.faultFor = ({ method }) => (method === "commit" ? { before: gate.pass } : undefined);
  await world.client.send("w", go, "two");
  await gate.reached;
  await world.provider.closeLease(first);
  faulty.faultFor = () => undefined;
  gate.open();
  await world.until("the turn is fenced", () => world.log.find("turn fenced").length === 1);
  assert.equal((await world.client.getHistory("w")).length, 4);
  assert.equal(node.hydratedCount, 0);

  assert.equal(await handle.result({ timeout: "5s" }), "one two");
  assert.equal(world.log.find("lease lost").length, 1);
  assert.notEqual(node.nodeId, first);
  await checkHistories(world.client, "w");
});

inEveryMode("a renewal that fails now and then does not lose the lease", async (world) => {
  const { faulty, node, handle } = await startWaiting(world, { leaseDuration: 600 });
  const first = node.nodeId;
  faulty.faultFor = ({ method, number }) => {
    if (method !== "renewLease" || number % 3 === 0) return undefined;
    return number % 3 === 1 ? "fail before" : "fail after";
  };
  await world.until("it was renewed twice after failures", () => faulty.count("renewLease") >= 6);
  assert.equal(node.nodeId, first);
  assert.deepEqual(world.log.find("lease lost"), []);
  assert.equal(node.hydratedCount, replaysEveryTurn(world) ? 0 : 1);
  await world.client.send("w", go, "two");
  assert.equal(await handle.result({ timeout: "5s" }), "one two");
});

inEveryMode("a renewal that is answered too late does not bring the lost lease back", async (world) => {
  const { faulty, node } = await startWaiting(world, { leaseDuration: "1s" });
  const first = node.nodeId;
  const gate = new Gate();
  faulty.faultFor = ({ method }) => (method === "renewLease" ? { after: gate.pass } : undefined);
  await gate.reached;
  const late = faulty.settled();
  faulty.faultFor = () => undefined;
  await world.until("the node has another id", () => node.nodeId !== undefined && node.nodeId !== first);
  gate.open();
  await late;
  assert.notEqual(node.nodeId, first);
  assert.equal(world.log.find("lease lost").filter(({ fields }) => fields["nodeId"] === first).length, 1);
});

inEveryMode("an activity is told when its node loses the lease, and runs again as another attempt", async (world) => {
  const { definitions, caller, started, attempts } = blockedOnce();
  const faulty = new FaultyProvider(world.provider);
  await world.start({ ...definitions, provider: faulty.provider, leaseDuration: 200 });
  const handle = await world.client.start(caller, undefined, { instanceId: "c" });
  const signal = await started;
  faulty.faultFor = ({ method }) => (method === "renewLease" ? "fail before" : undefined);
  await world.until("the activity is aborted", () => signal.aborted);
  faulty.faultFor = () => undefined;
  assert.equal(await handle.result({ timeout: "5s" }), "done");
  assert.deepEqual(attempts, [1, 2]);
  await checkHistories(world.client, "c");
});

inEveryMode("what the store says of a delivery, however late, stops no later one of the same item", async (world) => {
  const attempts: number[] = [];
  const secondBegun = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const slow = activity("slow", async (ctx) => {
    attempts.push(ctx.attempt);
    if (attempts.length === 1) return new Promise<string>(() => undefined);
    secondBegun.resolve();
    await mayEnd.promise;
    return ctx.signal.aborted ? "aborted" : "done";
  });
  const caller = orchestration("caller", (ctx) => ctx.activity(slow));
  const faulty = new FaultyProvider(world.provider);
  const definitions = { activities: [slow], orchestrations: [caller] };
  const node = await world.start({ ...definitions, provider: faulty.provider, leaseDuration: "1s" });
  const first = node.nodeId;
  const gate = new Gate();
  faulty.faultFor = ({ method, args }) => {
    if (method === "findLostWork" && args[0] === first) return { before: gate.pass };
    return method === "renewLease" && node.nodeId === first ? "fail before" : undefined;
  };
  const handle = await world.client.start(caller, undefined, { instanceId: "c" });
  await gate.reached;
  await secondBegun.promise;
  const late = faulty.settled();
  gate.open();
  await late;
  mayEnd.resolve();
  assert.equal(await handle.result({ timeout: "5s" }), "done");
  assert.deepEqual(attempts, [1, 2]);
  await checkHistories(world.client, "c");
});

inEveryMode("stop makes all that the node had available at once", async (world) => {
  const { definitions, caller, started, attempts } = blockedOnce();
  const orchestrations = [...definitions.orchestrations, waiting];
  const node = await world.start({ ...definitions, orchestrations, leaseDuration: "1h" });
  const handle = await world.client.start(caller, undefined, { instanceId: "c" });
  const waitingHandle = await world.client.start(waiting, undefined, { instanceId: "w" });
  await world.client.send("w", go, "one");
  await world.until("the message is in", async () => (await world.client.getHistory("w")).length === 4);
  await started;
  await node.stop({ timeout: 0 });

  await world.client.send("w", go, "two");
  await world.start({ ...definitions, orchestrations, leaseDuration: "1h" });
  assert.equal(await handle.result({ timeout: "5s" }), "done");
  assert.equal(await waitingHandle.result({ timeout: "5s" }), "one two");
  assert.deepEqual(attempts, [1, 1], "the interrupted attempt was not used up");
});
