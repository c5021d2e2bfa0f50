import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { test } from "node:test";
import { InvalidArgumentError } from "../../src/errors/index.ts";
import { type Dashboard, type DashboardOptions, serveDashboard } from "../../src/http/index.ts";
import { listen } from "../../src/http/listen.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";

async function served(
  options: Omit<DashboardOptions, "provider">,
  use: (dashboard: Dashboard) => Promise<void>,
): Promise<void> {
  await using provider = await SqliteProvider.open(":memory:");
  await using dashboard = await serveDashboard({ provider, ...options });
  await use(dashboard);
}

const token = "a token of some length";
const write = { "content-type": "application/json", "x-perdure": "1" };

test("without a credential nothing is served beyond this machine", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.com"]) {
    await assert.rejects(serveDashboard({ provider, host }), InvalidArgumentError, host);
  }
  await assert.rejects(serveDashboard({ provider, host: "0.0.0.0", token: "short" }), InvalidArgumentError);
  await using open = await serveDashboard({ provider, host: "0.0.0.0", token });
  assert.equal((await fetch(`${open.url}/api/overview`)).status, 401);
  assert.equal(
    (await fetch(`${open.url}/api/overview`, { headers: { authorization: `Bearer ${token}` } })).status,
    200,
  );
});

test("the address for a browser lets one in, once, and its cookie is for no script and no other site", () =>
  served({}, async (dashboard) => {
    assert.match(dashboard.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const address = dashboard.loginUrl();
    const login = await fetch(address, { redirect: "manual" });
    assert.deepEqual([login.status, login.headers.get("location")], [303, "/"]);
    const cookie = login.headers.get("set-cookie") ?? "";
    assert.match(cookie, /^perdure_session_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    const session = { cookie: cookie.split(";", 1)[0] as string };
    const who = await fetch(`${dashboard.url}/api/session`, { headers: session });
    assert.deepEqual(await who.json(), { role: "write", name: "operator" });
    const again = await fetch(address, { redirect: "manual" });
    assert.deepEqual([again.headers.get("location"), again.headers.get("set-cookie")], ["/#/login", null]);
    await fetch(`${dashboard.url}/session`, { method: "DELETE", headers: { ...write, ...session } });
    assert.equal((await fetch(`${dashboard.url}/api/session`, { headers: session })).status, 401);
  }));

test("a token lets in as what it is for, and a wrong one does not", () =>
  served({ token, readToken: "another token to look" }, async ({ url }) => {
    const login = (body: unknown) =>
      fetch(`${url}/session`, { method: "POST", headers: write, body: JSON.stringify(body) });
    assert.equal((await login({ token: `${token}!` })).status, 401);
    assert.equal((await login({ token: "" })).status, 400);
    assert.equal((await login({ token: "x".repeat(10_000) })).status, 413);
    const viewer = await login({ token: "another token to look" });
    const session = { cookie: (viewer.headers.get("set-cookie") ?? "").split(";", 1)[0] as string };
    const start = { method: "POST", headers: { ...write, ...session }, body: JSON.stringify({ name: "order" }) };
    assert.equal((await fetch(`${url}/api/instances`, start)).status, 403);
    const bearer = { authorization: `Bearer ${token}` };
    assert.equal((await fetch(`${url}/api/instances`, { ...start, headers: { ...write, ...bearer } })).status, 201);
    for (const wrong of ["Bearer ", `Basic ${token}`, `bearer ${token}`, `Bearer ${token} `.slice(0, -2)]) {
      assert.equal((await fetch(`${url}/api/overview`, { headers: { authorization: wrong } })).status, 401, wrong);
    }
  }));

test("no path reaches the file system, and every page says what browsers may do with it", () =>
  served({}, async ({ url }) => {
    for (const path of [
      "/../package.json",
      "/%2e%2e/package.json",
      "/assets.json",
      "/..%2f..%2fpackage.json",
      "/etc/passwd",
    ]) {
      assert.equal((await fetch(`${url}${path}`)).status, 404, path);
    }
    const page = await fetch(url);
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'self';.*frame-ancestors 'none'/);
    assert.equal(page.headers.get("x-content-type-options"), "nosniff");
    // `fetch` sends the host of the address, whatever it is told.
    const rebound = request(url, { headers: { host: "evil.example" } }).end();
    const [answer] = (await once(rebound, "response")) as [IncomingMessage];
    assert.equal(answer.resume().statusCode, 421);
  }));

test("two dashboards of one machine do not log each other out", () =>
  served({}, (one) =>
    served({}, async (other) => {
      const login = async (dashboard: Dashboard) =>
        (await fetch(dashboard.loginUrl(), { redirect: "manual" })).headers.get("set-cookie")?.split(";", 1)[0] ?? "";
      // A browser sends the cookies of a host to all of its ports.
      const cookie = `${await login(one)}; ${await login(other)}`;
      for (const { url } of [one, other]) {
        assert.equal((await fetch(`${url}/api/session`, { headers: { cookie } })).status, 200);
      }
    }),
  ));

test("what is open ends with the server", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const dashboard = await serveDashboard({ provider, token });
  const stream = await fetch(`${dashboard.url}/api/changes`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(stream.status, 200);
  await dashboard.close();
  await assert.rejects(stream.text());
});

test("who sends a header or a body slowly is let go of", async () => {
  const handler = async (request: Request) => new Response(await request.text());
  for (const [begin, patience] of [
    ["GET / HTTP/1.1\r\nhost: localhost\r\n", { headersMs: 100, requestMs: 600_000, lookMs: 20 }],
    [
      "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nslow",
      { headersMs: 100, requestMs: 200, lookMs: 20 },
    ],
  ] as const) {
    const server = await listen(handler, { host: "127.0.0.1", port: 0, patience });
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1");
    socket.write(begin);
    let answer = "";
    for await (const chunk of socket) answer += String(chunk);
    assert.match(answer, /^HTTP\/1\.1 408 /, begin);
    server.close();
    await once(server, "close");
  }
});
