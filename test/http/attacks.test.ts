import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { createManagementApi, type Role, serveDashboard } from "../../src/http/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { exportInstance } from "../../src/transfer/index.ts";
import { inEveryMode } from "../support/world.ts";
import { apiClient } from "./api-client.ts";

/** Sends bytes as they are, and gives the first line of each answer. */
async function raw(port: number, text: string): Promise<string[]> {
  const socket = connect(port, "127.0.0.1");
  socket.end(text);
  let answer = "";
  for await (const chunk of socket.on("error", () => {})) answer += String(chunk);
  return answer.match(/^HTTP\/1\.1 \d+/gm) ?? [];
}

test("no form of a request gets around the Host header", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using dashboard = await serveDashboard({ provider });
  const port = Number(new URL(dashboard.url).port);
  const close = "connection: close\r\n\r\n";
  for (const [head, status] of [
    [`GET /api/overview HTTP/1.1\r\nhost: localhost:${port}\r\n`, 401],
    ["GET /api/overview HTTP/1.1\r\nhost: evil.example\r\n", 421],
    ["GET http://localhost/api/overview HTTP/1.1\r\nhost: evil.example\r\n", 421],
    ["GET /api/overview HTTP/1.1\r\nhost: evil.example\r\nx-forwarded-host: localhost\r\n", 421],
    ["GET /api/overview HTTP/1.1\r\nhost: localhost#@evil.example\r\n", 400],
    ["GET /api/overview HTTP/1.1\r\nhost: localhost/evil.example\r\n", 400],
    ["GET /api/overview HTTP/1.1\r\nhost: localhost.\r\n", 421],
    ["GET /api/overview HTTP/1.1\r\nhost:\r\n", 400],
    ["GET /api/overview HTTP/1.1\r\n", 400],
    ["GET /api/overview HTTP/1.0\r\n", 400],
    ["GET //evil.example/api/overview HTTP/1.1\r\nhost: localhost\r\n", 404],
    ["GET /api/../api/overview HTTP/1.1\r\nhost: localhost\r\n", 401],
    ["GET /%61pi/overview HTTP/1.1\r\nhost: localhost\r\n", 401],
    [`POST /api/prune HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n`, 400],
  ] as const) {
    const [answer] = await raw(port, head + close);
    assert.ok(answer === undefined ? status === 400 : answer.endsWith(` ${status}`), `${head} ${answer}`);
  }
});

inEveryMode("no id, name or text of a request is more than a text", async (world) => {
  const { get, post } = apiClient(world.provider);
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "../../etc/passwd", "a b", "%", "'; --"];
  const unusable = ["\0", "x".repeat(1_001), "a\nb"];
  for (const id of [...names, ...unusable]) {
    const path = `/api/instances/${encodeURIComponent(id)}`;
    const [status] = unusable.includes(id) ? [[400, 413]] : [[404]];
    for (const rest of ["", "/history", "/family", "/export"]) {
      assert.ok(status?.includes((await get(path + rest)).status), `${JSON.stringify(id)}${rest}`);
    }
    for (const [rest, body] of [
      ["/messages", { mailbox: "m" }],
      ["/events", { event: "e" }],
      ["/actions", { action: "terminate" }],
    ] as const) {
      assert.ok(status?.includes((await post(path + rest, body)).status), `${JSON.stringify(id)}${rest}`);
    }
  }
  assert.equal((await get("/api/instances/%E0%A4%A")).status, 404, "a broken escape");
  assert.equal((await get("/api/instances/a/history?executionId=0")).status, 400);
  assert.equal((await get("/api/instances?idContains=%00")).status, 400);
  assert.equal((await get("/api/instances?name=__proto__")).status, 200);
  for (const id of ["__proto__", "constructor"]) {
    assert.equal((await post("/api/instances", { name: id, instanceId: id, input: { [id]: 1 } })).status, 201);
    assert.equal((await get(`/api/instances/${id}`)).status, 200);
  }
  const own = '{"name":"n","instanceId":"own","input":{"__proto__":{"polluted":true},"constructor":{"prototype":1}}}';
  assert.equal((await post("/api/instances", own)).status, 201);
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  const { instances } = await exportInstance(world.provider, "own");
  assert.match(instances[0]?.messages[0]?.payload ?? "", /"__proto__":\{"polluted":true\}/);
  for (const body of [
    { name: "a/b" },
    { name: "x".repeat(300) },
    { name: "n", instanceId: "\ud800" },
    { name: "n", instanceId: {} },
    { name: "n", version: "1" },
    { name: ["n"] },
  ]) {
    assert.ok([400, 413].includes((await post("/api/instances", body)).status), JSON.stringify(body));
  }
  const reason = await post("/api/instances/own/actions", { action: "cancel", reason: "a\0b\ud800" });
  assert.ok([200, 400].includes(reason.status), "a reason that no store could keep as it is");
});

inEveryMode("what is nested a hundred thousand deep is refused, and the server goes on", async (world) => {
  const { get, post } = apiClient(world.provider);
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const answers = [
    await post("/api/instances", `{"name":"n","input":${deep}}`),
    await post("/api/imports", `{"file":${deep}}`),
    await post("/api/bulk", deep),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [400, 400, 400],
  );
  assert.equal((await get("/api/instances/count")).status, 200);
});

inEveryMode("a damaged or forged file is refused whole, whichever field is wrong", async (world) => {
  const { post, get } = apiClient(world.provider);
  await post("/api/instances", { name: "n", instanceId: "original" });
  const file = await exportInstance(world.provider, "original");
  const [instance] = file.instances;
  if (instance === undefined) throw new Error("Nothing was exported.");
  const { record } = instance;
  const work = {
    id: `${record.runId}.1.2`,
    queue: "default",
    name: "x",
    body: "{}",
    payload: null,
    startBy: null,
    executionId: 1,
    delivery: 0,
    failures: 0,
    lost: 0,
    visibleAt: 0,
    scheduledAt: 0,
    heartbeat: null,
    note: null,
  };
  const timer = { eventId: 2, partition: 0, dueAt: 0, body: "{}", executionId: 1 };
  const forged: object[] = [
    { instanceId: "another" },
    { record: { ...record, status: "done" } },
    { record: { ...record, runId: "" } },
    { record: { ...record, name: "a/b" } },
    { record: { ...record, createdAt: "yesterday" } },
    { record: { ...record, executionId: 1.5 } },
    { record: { ...record, parent: { instanceId: "p" } } },
    { record: { ...record, customStatus: "\0" } },
    { record: null },
    { messages: [{ lane: "express", body: "{}", payload: null }] },
    { messages: [{ lane: "normal", body: 1, payload: null }] },
    { work: [{ ...work, id: "another.1.2" }] },
    { work: [work, work] },
    { work: [{ ...work, failures: -1 }] },
    { timers: [timer, timer] },
    { timers: [{ ...timer, dueAt: Number.MAX_VALUE }] },
    { state: [{ key: "k" }] },
    { executions: [{ executionId: 1, events: [{ kind: "Nothing", eventId: 1, at: 0 }] }] },
    { executions: {} },
    { claims: "many" },
  ];
  for (const change of forged) {
    // Under another id, or it would only be there already.
    const named = { ...instance, instanceId: "forged", record: { ...record, instanceId: "forged" } };
    const renamed = { ...change } as { record?: object | null };
    if (renamed.record != null) renamed.record = { ...renamed.record, instanceId: "forged" };
    const answer = await post("/api/imports", { file: { ...file, instances: [{ ...named, ...renamed }] } });
    assert.ok(answer.status === 400 || answer.status === 409, `${JSON.stringify(change)} ${answer.status}`);
  }
  assert.deepEqual((await get("/api/instances/count")).body, { count: 1 });
});

test("a body of an import has a limit of its own", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const { post } = apiClient(provider, { bodyLimitBytes: 100, importLimitBytes: 10_000 });
  assert.equal((await post("/api/imports", { file: "x".repeat(9_000) })).status, 400);
  assert.equal((await post("/api/imports", { file: "x".repeat(11_000) })).status, 413);
  assert.equal((await post("/api/prune", { olderThan: "x".repeat(200) })).status, 413);
});

inEveryMode("a value is limited as it is anywhere, however large a body may be", async (world) => {
  const { post, get } = apiClient(world.provider, { bodyLimitBytes: 8 * 1024 * 1024 });
  const input = "x".repeat(3 * 1024 * 1024);
  for (const answer of [
    await post("/api/instances", { name: "n", input }),
    await post("/api/instances", { name: "n", instanceId: "x".repeat(256) }),
  ]) {
    assert.deepEqual([answer.status, (answer.body as { error: { code: string } }).error.code], [413, "LIMIT_EXCEEDED"]);
  }
  assert.deepEqual((await get("/api/instances/count")).body, { count: 0 });
});

test("however a path is written, who may only look changes nothing", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const { post, call } = apiClient(provider, { authorize: () => "read" });
  for (const path of ["/api/prune", "/%61pi/prune", "/api/%70rune", "/api//prune", "/api/prune/", "/api/./prune"]) {
    assert.ok([403, 404].includes((await post(path, { olderThan: "1d" })).status), path);
  }
  for (const method of ["PUT", "PATCH", "DELETE", "PROPFIND"]) {
    assert.ok([403, 404].includes((await call(method, "/api/prune", { body: { olderThan: "1d" } })).status), method);
  }
  assert.equal((await post("/api/bulk/preview", {})).status, 200);
});

test("listeners have a number, and a look at the headers alone leaves none behind", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const api = createManagementApi({ provider, authorize: () => "read", allowedHosts: ["localhost"] });
  const listen = (method = "GET") =>
    api.fetch(new Request("http://localhost/api/changes", { method, headers: { host: "localhost" } }));
  for (let count = 0; count < 200; count += 1) assert.equal((await listen("HEAD")).status, 200);
  const open = await Promise.all(Array.from({ length: 100 }, () => listen()));
  assert.deepEqual([...new Set(open.map(({ status }) => status))], [200]);
  assert.equal((await listen()).status, 429);
  await open[0]?.body?.cancel();
  while ((await listen()).status === 429) await new Promise((resolve) => setImmediate(resolve));
  for (const { body } of open.slice(1)) await body?.cancel();
});

test("who is not let in any more hears of nothing more", async (context) => {
  await using provider = await SqliteProvider.open(":memory:");
  let role: Role = "read";
  let later = 0;
  const now = performance.now.bind(performance);
  context.mock.method(performance, "now", () => now() + later);
  const api = createManagementApi({ provider, authorize: () => role, allowedHosts: ["localhost"] });
  const request = new Request("http://localhost/api/changes", { headers: { host: "localhost" } });
  const reader = ((await api.fetch(request)).body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  role = "none";
  later = 20_000;
  const { post } = apiClient(provider);
  await post("/api/instances", { name: "n" });
  assert.equal((await reader.read()).done, true);
});

test("a session that was ended opens nothing, nor does one that was never given", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using dashboard = await serveDashboard({ provider });
  const port = new URL(dashboard.url).port;
  for (const session of ["", "undefined", "__proto__", "x".repeat(4_000)]) {
    const headers = { cookie: `perdure_session_${port}=${session}` };
    const answer = await fetch(`${dashboard.url}/api/overview`, { headers });
    assert.equal(answer.status, 401);
  }
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(`GET / HTTP/1.1\r\nhost: localhost\r\ncookie: ${"x".repeat(20_000)}\r\n\r\n`);
  const [chunk] = (await once(socket, "data")) as [Buffer];
  assert.match(String(chunk), /^HTTP\/1\.1 431 /);
  socket.destroy();
});
