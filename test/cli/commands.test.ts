import assert from "node:assert/strict";
import { test } from "node:test";
import { activity, mailbox, orchestration } from "../../src/definition/index.ts";
import type { InstanceReport, ListView } from "../../src/management/index.ts";
import { World } from "../support/world.ts";
import { callCli } from "./call-cli.ts";

const box = mailbox("approvals");
const failing = activity("failing", { retry: { maxAttempts: 1 } }, () => {
  throw new Error("card \u001B[31mdeclined");
});
const waiting = orchestration("waiting", async (ctx) => ctx.receive(box));
const parent = orchestration("parent", async (ctx) =>
  ctx.subOrchestration(waiting, undefined, { instanceId: "child" }),
);
const broken = orchestration("broken", async (ctx) => ctx.activity(failing));

/** On both stores: a world with a node, and the command line pointed at it. */
function onBothStores(
  name: string,
  run: (world: World, cli: (...args: readonly string[]) => ReturnType<typeof callCli>) => Promise<void>,
): void {
  for (const store of ["sqlite", "postgres"] as const) {
    test(`${name} [${store}]`, async () => {
      const world = await World.open({ name: store, options: {}, store });
      try {
        const where = storeArguments(world);
        await run(world, (...args) => callCli([...where, ...args]));
      } finally {
        await world.close();
      }
    });
  }
}

function storeArguments(world: World): string[] {
  if (world.store.file !== null) return ["--store", world.store.file];
  if (world.store.schema === null) throw new Error("This world is in no schema.");
  return ["--store", world.store.schema.url, "--schema", world.store.schema.schema];
}

const json = <T>({ out }: { readonly out: string }): T => JSON.parse(out) as T;

onBothStores("an operator finds an instance, sees what it waits for, and gives it that", async (world, cli) => {
  await world.start({ orchestrations: [waiting] });
  assert.deepEqual(await cli("start", "waiting", '{"total":1}', "--id", "order-1"), {
    exitCode: 0,
    out: "order-1\n",
    err: "",
  });
  await world.until("it waits", async () => /Mailbox "approvals" is empty/.test((await cli("show", "order-1")).out));
  const listed = await cli("list", "--status", "running", "pending", "--id", "order");
  assert.match(listed.out, /^INSTANCE +ORCHESTRATION +STATUS.*\norder-1 +waiting@1\.0\.0 +running/);
  assert.equal((await cli("list", "--count", "--status", "failed")).out, "0\n");
  assert.match((await cli("nodes")).out, /ends in .* waiting@1\.0\.0/);
  const watched = cli("watch", "order-1", "--json");
  assert.equal((await cli("send", "order-1", "approvals", "true")).exitCode, 0);
  const events = (await watched).out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { kind: string });
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ["OrchestrationStarted", "ReceiveOpened", "MessageArrived", "OrchestrationCompleted"],
  );
  const { instance, execution } = json<InstanceReport>(await cli("--json", "show", "order-1"));
  assert.deepEqual([instance.status, execution?.result], ["completed", "true"]);
  assert.match((await cli("history", "order-1")).out, /1 .*OrchestrationStarted .*\{"total":1\}/);
  assert.equal((await cli("send", "order-1", "approvals", "true")).exitCode, 5);
});

onBothStores("a family is shown as a tree, and cancelled as one", async (world, cli) => {
  await world.start({ orchestrations: [parent, waiting] });
  await world.client.start(parent, undefined, { instanceId: "p" });
  await world.until("the child waits", async () => (await cli("show", "child")).out.includes("Mailbox"));
  assert.match(
    (await cli("tree", "child")).out,
    /^p {2}parent@1\.0\.0 {2}running\n└─ child {2}waiting@1\.0\.0 {2}running <\n$/,
  );
  const refused = await cli("cancel", "p");
  assert.deepEqual([refused.exitCode, refused.out], [2, ""]);
  assert.match(refused.err, /add --yes/);
  assert.equal((await cli("cancel", "p", "--reason", "enough", "--yes")).out, "Asked to cancel: 1\n");
  await world.until(
    "both have ended",
    async () => (await cli("list", "--count", "--status", "cancelled")).out === "2\n",
  );
});

onBothStores("what failed says why, and nothing of it reaches the terminal but its text", async (world, cli) => {
  await world.start({ orchestrations: [broken], activities: [failing] });
  await world.client.start(broken, undefined, { instanceId: "b" });
  await world.until("it failed", async () => (await cli("list", "--count", "--status", "failed")).out === "1\n");
  const { out } = await cli("show", "b");
  assert.match(out, /failure +ActivityError \[ACTIVITY_FAILED\]: .*card declined/);
  assert.match(out, /caused by +Error: card declined/);
  assert.ok(!out.includes("\u001B"));
});

onBothStores("many are deleted by a filter, and only when it was confirmed", async (world, cli) => {
  await world.client.startMany(
    Array.from({ length: 5 }, (_, index) => ({ orchestration: "none", instanceId: `old-${index}` })),
  );
  await world.client.start("other", null, { instanceId: "other" });
  assert.equal((await cli("delete", "--name", "none", "--force")).exitCode, 2);
  assert.equal((await cli("delete", "--yes")).exitCode, 2, "neither ids nor a filter");
  assert.equal((await cli("delete", "x", "--name", "none", "--yes")).exitCode, 2, "both");
  assert.equal((await cli("delete", "--name", "nobody", "--yes")).exitCode, 3, "nothing found");
  const refused = await cli("delete", "--name", "none", "--yes");
  assert.deepEqual([refused.exitCode, refused.out], [5, "Deleted: 0, failed: 5\n"]);
  assert.equal((await cli("delete", "--name", "none", "--force", "--yes")).out, "Deleted: 5\n");
  const { instances } = json<ListView>(await cli("list", "--json"));
  assert.deepEqual(
    instances.map(({ instanceId }) => instanceId),
    ["other"],
  );
});

onBothStores("the doctor finds what nobody runs, and says what to do", async (world, cli) => {
  const well = await cli("doctor");
  assert.deepEqual([well.exitCode, well.out.includes("✗")], [0, false]);
  await world.client.start("none", null, { instanceId: "n" });
  const ill = await cli("doctor");
  assert.equal(ill.exitCode, 4);
  assert.match(ill.out, /✗ No node is live, and 1 instance .*\n {2}Start a node/);
  const { findings } = json<{ findings: { level: string }[] }>(await cli("doctor", "--json"));
  assert.ok(findings.some(({ level }) => level === "problem"));
  assert.match((await cli("queues")).out, /Instances with messages: 1/);
  assert.equal((await cli("prune", "--older-than", "1d", "--yes")).out, "Removed: 0 instances, 0 executions\n");
  assert.equal((await cli("quarantine")).err, "Nothing is in quarantine.\n");
});

test("a wrong call says what is right, and does nothing", async () => {
  const env = { PERDURE_STORE: "/nowhere/app.db" };
  for (const [args, exitCode, message] of [
    [["list"], 2, /Which store\?/],
    [["list", "--store", "/nowhere/app.db"], 3, /There is no file/],
    [["list", "--store", "app.db", "--schema", "x"], 2, /PostgreSQL only/],
    [["lst"], 2, /Did you mean list/],
    [["list", "--status", "done"], 2, /Allowed choices/],
    [["show"], 2, /missing required argument/],
  ] as const) {
    const answer = await callCli(args);
    assert.equal(answer.exitCode, exitCode, args.join(" "));
    assert.match(answer.err, message);
    assert.equal(answer.out, "");
  }
  assert.equal((await callCli(["list"], { env })).exitCode, 3, "the store of the environment");
  assert.match((await callCli(["--help"])).out, /Exit codes/);
  assert.match((await callCli(["list", "--help"])).out, /--older-than/);
});

onBothStores("input is JSON, and comes from an argument, a file or standard input", async (world, cli) => {
  await world.start({ orchestrations: [orchestration("echo", async (_ctx, input: unknown) => input)] });
  assert.equal((await cli("start", "echo", "not json")).exitCode, 2);
  assert.equal((await cli("start", "echo", "@/nowhere.json")).exitCode, 2);
  const where = storeArguments(world);
  const { out } = await callCli([...where, "start", "echo", "-"], { input: '{"from":"stdin"}' });
  assert.deepEqual(await world.client.getHandle(out.trim()).result({ timeout: "10s" }), { from: "stdin" });
  assert.equal((await cli("start", "echo", "1", "--id", "e", "--orchestration-version", "9.9.9")).exitCode, 0);
  const inUse = await cli("start", "echo", "1", "--id", "e");
  assert.equal(inUse.exitCode, 5, "the id is in use");
  assert.match(inUse.err, /^[^\n]+ \[INSTANCE_EXISTS\]\n$/, "with the code of the error");
});
