import assert from "node:assert/strict";
import { mailbox, orchestration } from "../../src/definition/index.ts";
import type { AuditEntry } from "../../src/http/index.ts";
import type { CheckView, Diagnosis } from "../../src/management/index.ts";
import type { InstanceExport } from "../../src/transfer/index.ts";
import { inEveryMode, World } from "../support/world.ts";
import { apiClient } from "./api-client.ts";

const box = mailbox<string>("box");
const waiting = orchestration("waiting", async (ctx, _secret: string) => ctx.receive(box));
const changed = orchestration("waiting", async (ctx) => ctx.sleep("1d"));

const codeOf = ({ body }: { readonly body: unknown }) => (body as { error: { code: string } }).error.code;

async function oneWaits(world: World): Promise<void> {
  const node = await world.start({ orchestrations: [waiting] });
  await world.client.start(waiting, "hush", { instanceId: "a/b" });
  await world.until("it waits", async () => (await world.client.getHistory("a/b")).length === 2);
  await node.stop();
}

inEveryMode("an instance is exported, redacted or not, and imported elsewhere", async (world) => {
  const audit: AuditEntry[] = [];
  await oneWaits(world);
  const { get, post } = apiClient(world.provider);
  const exported = await get("/api/instances/a%2Fb/export");
  assert.equal(exported.headers.get("content-disposition"), 'attachment; filename="a-b.perdure.json"');
  const file = exported.body as InstanceExport;
  assert.match(JSON.stringify(file), /hush/);
  const redacted = (await get("/api/instances/a%2Fb/export?redact=true")).body as InstanceExport;
  assert.deepEqual([redacted.isRedacted, JSON.stringify(redacted).includes("hush")], [true, false]);
  assert.equal((await get("/api/instances/nobody/export")).status, 404);
  assert.equal((await get("/api/instances/a%2Fb/export?redacted=true")).status, 400, "misspelt");
  const elsewhere = await World.open(world.mode);
  try {
    const other = apiClient(elsewhere.provider, { audit: (entry) => audit.push(entry) });
    assert.equal((await other.post("/api/imports", { file: redacted, as: "live" })).status, 400);
    assert.equal((await other.post("/api/imports", { file, as: "dead" })).status, 400);
    const [instance] = file.instances;
    for (const change of [{ status: "completed" }, { name: "other" }, { version: "9.9.9" }, { runId: "another" }]) {
      const forged = { ...instance, record: { ...instance?.record, ...change } };
      const answer = await other.post("/api/imports", { file: { ...file, instances: [forged] } });
      assert.equal(answer.status, 400, `a list that says ${JSON.stringify(change)} of this history`);
    }
    audit.length = 1;
    const done = await other.post("/api/imports", { file, as: "live" });
    assert.deepEqual([done.status, done.body], [201, { imported: ["a/b"], present: [] }]);
    assert.deepEqual((await other.post("/api/imports", { file })).body, { imported: [], present: ["a/b"] });
    assert.deepEqual(
      audit.map(({ what, target, error }) => [what, target, error]),
      [
        ["import as live", "a/b", "INVALID_ARGUMENT"],
        ["import as live", "a/b", null],
        ["import as inspection", "a/b", null],
      ],
    );
    await elsewhere.start({ orchestrations: [waiting] });
    await elsewhere.client.send("a/b", box, "yes");
    assert.equal(await elsewhere.client.getHandle("a/b").result({ timeout: "20s" }), "yes");
  } finally {
    await elsewhere.close();
  }
  assert.equal((await post("/api/imports", { file: { ...file, instances: [{}] } })).status, 400);
});

inEveryMode("the doctor says what is wrong, and old instances are pruned", async (world) => {
  const audit: AuditEntry[] = [];
  await oneWaits(world);
  const { get, post } = apiClient(world.provider, { audit: (entry) => audit.push(entry) });
  await world.client.send("a/b", box, "yes");
  const { findings } = (await get("/api/doctor")).body as Diagnosis;
  assert.ok(findings.some(({ level, what }) => level === "problem" && what.startsWith("No node is live")));
  await world.start({ orchestrations: [waiting] });
  await world.client.getHandle("a/b").result({ timeout: "20s" });
  for (const body of [
    {},
    { olderThan: "soon" },
    { olderThan: "1ms", instanceId: "a/b" },
    { olderThan: "1ms", status: "running" },
    { olderThan: 5 },
    { instanceId: "a/b", keepExecutions: 0 },
    { older: "1d" },
  ]) {
    assert.equal((await post("/api/prune", body)).status, 400, JSON.stringify(body));
  }
  assert.deepEqual((await post("/api/prune", { instanceId: "a/b" })).body, { instances: 0, executions: 0 });
  assert.deepEqual((await post("/api/prune", { olderThan: "1d" })).body, { instances: 0, executions: 0 });
  await world.until("it is older than a millisecond", async () => {
    const { body } = await post("/api/prune", { olderThan: "1ms", status: "completed,failed" });
    return (body as { instances: number }).instances === 1;
  });
  assert.deepEqual(audit.at(-1), {
    who: "ada",
    what: "prune",
    target: '{"olderThan":"1ms","status":["completed","failed"]}',
    statusBefore: null,
    error: null,
  });
});

inEveryMode("whoever may look asks whether the code of the server would go on", async (world) => {
  await oneWaits(world);
  const authorize = () => "read" as const;
  const without = apiClient(world.provider, { authorize });
  const refused = await without.post("/api/check", {});
  assert.deepEqual([refused.status, codeOf(refused)], [409, "NO_CODE"]);
  const same = apiClient(world.provider, { authorize, orchestrations: [waiting] });
  const good = (await same.post("/api/check", { name: "waiting" })).body as CheckView;
  assert.deepEqual([good.ok, good.checked, good.failures], [true, 1, []]);
  const other = apiClient(world.provider, { authorize, orchestrations: [changed] });
  const bad = (await other.post("/api/check", {})).body as CheckView;
  assert.deepEqual(
    [bad.ok, bad.failures.map(({ instanceId, verdict, code }) => [instanceId, verdict, code])],
    [false, [["a/b", "diverges", "NONDETERMINISM"]]],
  );
  assert.match(bad.failures[0]?.message ?? "", /upkeep\.test\.ts:/, "with the line of the code");
  const both = await Promise.all([same.post("/api/check", {}), same.post("/api/check", {})]);
  assert.deepEqual(new Set(both.map(({ status }) => status)), new Set([200, 429]), "one at a time");
  assert.equal((await same.post("/api/check", {})).status, 200, "and again afterwards");
});
