import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidArgumentError } from "../../src/errors/index.ts";
import { createManagementApi, type Role } from "../../src/http/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { overriding } from "../support/overriding.ts";
import { apiClient } from "./api-client.ts";

const start = { name: "order", instanceId: "a" };

async function withStore(run: (provider: SqliteProvider) => Promise<void>): Promise<void> {
  await using provider = await SqliteProvider.open(":memory:");
  await run(provider);
}

const code = ({ body }: { readonly body: unknown }) => (body as { error: { code: string } }).error.code;

test("a name that was rebound to this address is not answered", () =>
  withStore(async (provider) => {
    const { get } = apiClient(provider, { allowedHosts: ["localhost", "127.0.0.1"] });
    for (const host of [
      "evil.example",
      "localhost.evil.example",
      "127.0.0.1.nip.io:80",
      "localhost@evil.example",
      "[::1]",
      "localhost.",
      "localhost/evil.example",
      "localhost#evil.example",
      "x y",
    ]) {
      const answer = await get("/api/overview", { host });
      assert.deepEqual([answer.status, code(answer)], [421, "HOST_NOT_ALLOWED"], host);
    }
    for (const host of ["localhost", "LOCALHOST:1", "127.0.0.1:4000"]) {
      assert.equal((await get("/api/overview", { host })).status, 200, host);
    }
  }));

test("what changes something has to come from the same origin, as JSON, with a header no form can send", () =>
  withStore(async (provider) => {
    const { post, get } = apiClient(provider);
    const refused: [number, string, Record<string, string | null>][] = [
      [403, "FOREIGN_ORIGIN", { origin: "http://evil.example" }],
      [403, "FOREIGN_ORIGIN", { origin: "https://localhost:4000" }],
      [403, "FOREIGN_ORIGIN", { origin: "http://localhost:4001" }],
      [403, "FOREIGN_ORIGIN", { origin: "null" }],
      [403, "FOREIGN_ORIGIN", { origin: null, "sec-fetch-site": "cross-site" }],
      [403, "FOREIGN_ORIGIN", { origin: null, "sec-fetch-site": "same-site" }],
      [415, "NOT_JSON", { "content-type": "text/plain" }],
      [415, "NOT_JSON", { "content-type": "application/x-www-form-urlencoded" }],
      [415, "NOT_JSON", { "content-type": null }],
      [403, "HEADER_MISSING", { "x-perdure": null }],
    ];
    for (const [status, expected, headers] of refused) {
      const answer = await post("/api/instances", start, headers);
      assert.deepEqual([answer.status, code(answer)], [status, expected], JSON.stringify(headers));
    }
    assert.deepEqual((await get("/api/instances/count")).body, { count: 0 });
    assert.equal((await post("/api/instances", start, { origin: null })).status, 201, "no page at all");
  }));

test("no answer lets another origin read it, and every answer has the headers that browsers heed", () =>
  withStore(async (provider) => {
    const { get, call } = apiClient(provider);
    for (const answer of [
      await get("/api/overview"),
      await get("/api/nothing"),
      await call("OPTIONS", "/api/instances"),
    ]) {
      const header = (name: string) => answer.headers.get(name);
      assert.equal(header("access-control-allow-origin"), null);
      assert.equal(header("x-content-type-options"), "nosniff");
      assert.match(header("content-security-policy") ?? "", /default-src 'none'; frame-ancestors 'none'/);
      assert.equal(header("referrer-policy"), "no-referrer");
    }
    assert.equal((await get("/api/overview")).headers.get("cache-control"), "no-store");
  }));

test("who may only look can change nothing, and who is nobody sees nothing", () =>
  withStore(async (provider) => {
    const as = (role: Role, isReadOnly = false) => apiClient(provider, { authorize: () => role, isReadOnly });
    await as("write").post("/api/instances", start);
    const changes: [string, unknown][] = [
      ["/api/instances", { name: "order" }],
      ["/api/instances/a/messages", { mailbox: "m" }],
      ["/api/instances/a/events", { event: "e" }],
      ["/api/instances/a/actions", { action: "terminate" }],
      ["/api/bulk", { action: "terminate" }],
    ];
    for (const [path, body] of changes) {
      assert.equal(code(await as("read").post(path, body)), "READ_ONLY", path);
      assert.equal(code(await as("write", true).post(path, body)), "READ_ONLY", path);
      assert.equal((await as("none").post(path, body)).status, 401, path);
    }
    for (const path of ["/api/overview", "/api/instances", "/api/instances/a", "/api/changes", "/api/nowhere"]) {
      assert.equal((await as("none").get(path)).status, 401, path);
    }
    assert.deepEqual((await as("read").post("/api/bulk/preview", {})).body, { count: 1, examples: ["a"] });
    assert.equal((await provider.readInstance("a"))?.status, "pending");
  }));

test("a body is measured before it is parsed, whatever its header says", () =>
  withStore(async (provider) => {
    const { post, api } = apiClient(provider, { bodyLimitBytes: 1_000 });
    const large = await post("/api/instances", { ...start, input: "x".repeat(1_000) });
    assert.deepEqual([large.status, code(large)], [413, "BODY_TOO_LARGE"]);
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new Uint8Array(100));
      },
    });
    const request = new Request("http://localhost/api/instances", {
      method: "POST",
      body: endless,
      duplex: "half",
      headers: { host: "localhost", "content-type": "application/json", "x-perdure": "1" },
    });
    assert.equal((await api.fetch(request)).status, 413);
    assert.ok(pulled < 20, `${pulled} chunks were read`);
    for (const body of ["", "{", "[]", "1", "null", '"x"']) {
      assert.deepEqual([(await post("/api/instances", body)).status], [400], body);
    }
  }));

test("filters and sorts are a closed list, and what is misspelt acts on nothing", () =>
  withStore(async (provider) => {
    const { get, post } = apiClient(provider);
    await post("/api/instances", start);
    const queries = [
      "?statuss=failed",
      "?status=nothing",
      "?status=failed&status=completed",
      "?limit=0",
      "?limit=100000",
      "?limit=1e3",
      "?cursor=x",
      "?quarantined=maybe",
      "?createdFrom=yesterday",
      "?version=1",
      "?name=%00",
      "?__proto__=1",
      "?orderBy=name",
    ];
    for (const query of queries) assert.equal((await get(`/api/instances${query}`)).status, 400, query);
    for (const body of [
      { action: "delete", idContians: "x" },
      { action: "drop" },
      { action: "delete", force: "yes" },
    ]) {
      assert.equal((await post("/api/bulk", body)).status, 400);
    }
    assert.deepEqual((await get("/api/instances/count")).body, { count: 1 });
    for (const name of ["__proto__", "constructor", "toString", "'; DROP TABLE perdure_instances; --", "%"]) {
      assert.deepEqual((await get(`/api/instances?idContains=${encodeURIComponent(name)}`)).body, {
        instances: [],
        cursor: null,
      });
      assert.equal((await get(`/api/instances/${encodeURIComponent(name)}`)).status, 404, name);
    }
    const long = await get(`/api/instances/${"x".repeat(2_000)}`);
    assert.ok(long.status === 404 || long.status === 413);
  }));

test("an unexpected error says nothing about the inside", () =>
  withStore(async (provider) => {
    const readLoad = () => Promise.reject(new Error("password=hunter2 at /etc/secret"));
    const broken = overriding(provider, { readLoad });
    const { get } = apiClient(broken);
    const answer = await get("/api/queues");
    assert.deepEqual([answer.status, code(answer)], [500, "INTERNAL"]);
    assert.doesNotMatch(JSON.stringify(answer.body), /hunter2|secret/);
  }));

test("an API that is open to everybody cannot be made by leaving something out", () =>
  withStore(async (provider) => {
    const authorize = () => "write" as const;
    for (const options of [
      { authorize },
      { authorize, allowedHosts: [] },
      { authorize, allowedHosts: ["*"] },
      { allowedHosts: ["a"] },
    ]) {
      assert.throws(() => createManagementApi({ provider, ...options } as never), InvalidArgumentError);
    }
    await Promise.resolve();
  }));
