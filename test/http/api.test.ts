import assert from "node:assert/strict";
import { mailbox, orchestration } from "../../src/definition/index.ts";
import type { AuditEntry } from "../../src/http/index.ts";
import type { InstanceReport, ListView } from "../../src/management/index.ts";
import { inEveryMode } from "../support/world.ts";
import { apiClient } from "./api-client.ts";

const box = mailbox("box");
const waiting = orchestration("waiting", async (ctx) => ctx.receive(box));

inEveryMode("an operator finds the one that waits, sends what it waits for, and sees it end", async (world) => {
  const audit: AuditEntry[] = [];
  const { get, post } = apiClient(world.provider, { audit: (entry) => audit.push(entry) });
  await world.start({ orchestrations: [waiting] });
  assert.equal((await post("/api/instances", { name: "waiting", instanceId: "a/ü 100%", input: 1 })).status, 201);
  assert.equal((await post("/api/instances", { name: "waiting", instanceId: "a/ü 100%" })).status, 409);
  const path = `/api/instances/${encodeURIComponent("a/ü 100%")}`;
  await world.until("it waits", async () => ((await get(path)).body as InstanceReport).execution !== null);
  const { instance, waits } = (await get(path)).body as InstanceReport;
  assert.deepEqual([instance.instanceId, waits.map(({ text }) => text)], ["a/ü 100%", ['Mailbox "box" is empty.']]);
  assert.equal((await post(`${path}/messages`, { mailbox: "box", data: { ok: true } })).status, 200);
  await world.client.getHandle("a/ü 100%").result({ timeout: "10s" });
  const { instances } = (await get("/api/instances?status=completed,failed&idContains=100%25")).body as ListView;
  assert.deepEqual(
    instances.map(({ instanceId }) => instanceId),
    ["a/ü 100%"],
  );
  assert.deepEqual((await get("/api/instances/count?name=waiting")).body, { count: 1 });
  const { events } = (await get(`${path}/history`)).body as { events: readonly { kind: string }[] };
  const rest = (await get(`${path}/history?afterEventId=1`)).body as { events: readonly { eventId: number }[] };
  assert.deepEqual(rest.events, events.slice(1), "without what is known already");
  assert.equal(events.at(-1)?.kind, "OrchestrationCompleted");
  assert.equal((await post(`${path}/messages`, { mailbox: "box" })).status, 409);
  assert.deepEqual(
    audit,
    [
      { who: "ada", what: "start", target: "a/ü 100%", statusBefore: null, error: null },
      { who: "ada", what: "start", target: "a/ü 100%", statusBefore: "pending", error: "INSTANCE_EXISTS" },
      { who: "ada", what: "send box", target: "a/ü 100%", statusBefore: "running", error: null },
      { who: "ada", what: "send box", target: "a/ü 100%", statusBefore: "completed", error: "INSTANCE_ENDED" },
    ].map((entry, index) => (index === 1 ? { ...entry, statusBefore: audit[1]?.statusBefore } : entry)),
  );
});

inEveryMode("many are ended at once, after a look at how many it would be", async (world) => {
  const audit: AuditEntry[] = [];
  const { get, post } = apiClient(world.provider, { audit: (entry) => audit.push(entry) });
  for (const instanceId of ["x-1", "x-2", "y-1"]) await post("/api/instances", { name: "none", instanceId });
  assert.deepEqual((await post("/api/bulk/preview", { idContains: "x-" })).body, {
    count: 2,
    examples: ["x-2", "x-1"],
  });
  const done = await post("/api/bulk", { idContains: "x-", action: "delete", force: true });
  assert.deepEqual(done.body, { done: 2, failed: 0, failures: [] });
  assert.deepEqual((await get("/api/instances/count")).body, { count: 1 });
  assert.deepEqual(audit.at(-1), {
    who: "ada",
    what: "delete all",
    target: '{"idContains":"x-"}',
    statusBefore: null,
    error: null,
  });
  for (const path of ["/api/overview", "/api/queues", "/api/nodes", "/api/traffic", "/api/session"]) {
    assert.equal((await get(path)).status, 200, path);
  }
});

inEveryMode("changes are pushed, and a listener that has left is forgotten", async (world) => {
  const { api } = apiClient(world.provider);
  const controller = new AbortController();
  const request = new Request("http://localhost/api/changes", {
    signal: controller.signal,
    headers: { host: "localhost" },
  });
  const response = await api.fetch(request);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const next = async () => new TextDecoder().decode((await reader.read()).value);
  assert.match(await next(), /^event: open/);
  await world.client.start("none", 1, { instanceId: "seen" });
  assert.match(await next(), /^event: change\ndata: \{"instanceIds":(null|\[[^\]]*"seen"[^\]]*\])\}/);
  await reader.cancel();
  controller.abort();
});
