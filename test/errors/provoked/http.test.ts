import assert from "node:assert/strict";
import { test } from "node:test";
import { orchestration } from "../../../src/definition/index.ts";
import { serveDashboard } from "../../../src/http/index.ts";
import { SqliteProvider } from "../../../src/providers/sqlite/index.ts";
import { overriding } from "../../support/overriding.ts";
import { apiClient, type Answer } from "../../http/api-client.ts";

type Client = ReturnType<typeof apiClient>;

/** As `provokes`, for the codes that only an answer of the HTTP API has. */
function answers(
  status: number,
  code: string,
  ask: (client: Client, provider: SqliteProvider) => Promise<Answer>,
): void {
  test(code, async () => {
    await using provider = await SqliteProvider.open(":memory:");
    const answer = await ask(apiClient(provider), provider);
    const { error } = answer.body as { error: { code: string } };
    assert.deepEqual([answer.status, error.code], [status, code]);
  });
}

const start = { name: "order" };

answers(400, "INVALID_JSON", ({ post }) => post("/api/instances", "{"));
answers(401, "NOT_ALLOWED", (_client, provider) =>
  apiClient(provider, { authorize: () => "none" }).get("/api/overview"),
);
answers(403, "READ_ONLY", (_client, provider) =>
  apiClient(provider, { authorize: () => "read" }).post("/api/instances", start),
);
answers(403, "FOREIGN_ORIGIN", ({ post }) => post("/api/instances", start, { origin: "http://evil.example" }));
answers(403, "HEADER_MISSING", ({ post }) => post("/api/instances", start, { "x-perdure": null }));
answers(404, "NO_SUCH_ROUTE", ({ get }) => get("/api/nothing"));
answers(413, "BODY_TOO_LARGE", (_client, provider) =>
  apiClient(provider, { bodyLimitBytes: 10 }).post("/api/instances", start),
);
answers(415, "NOT_JSON", ({ post }) => post("/api/instances", start, { "content-type": "text/plain" }));
answers(421, "HOST_NOT_ALLOWED", ({ get }) => get("/api/overview", { host: "evil.example" }));
answers(409, "NO_CODE", ({ post }) => post("/api/check", {}));
answers(429, "BUSY", async (_client, provider) => {
  const { promise: looked, resolve: letGo } = Promise.withResolvers<never>();
  const slow = overriding(provider, { listInstances: () => looked });
  const { post } = apiClient(slow, { orchestrations: [orchestration("order", () => 1)] });
  const first = post("/api/check", {});
  const second = await post("/api/check", {});
  letGo({ instances: [], cursor: null } as never);
  await first;
  return second;
});
answers(429, "TOO_MANY_LISTENERS", async ({ api, get }) => {
  const listen = () => api.fetch(new Request("http://localhost:4000/api/changes"));
  const listeners = await Promise.all(Array.from({ length: 100 }, listen));
  const answer = await get("/api/changes");
  for (const { body } of listeners) await body?.cancel();
  return answer;
});
answers(500, "INTERNAL", (_client, provider) =>
  apiClient(overriding(provider, { listInstances: () => Promise.reject(new TypeError("a defect")) })).get(
    "/api/instances",
  ),
);

test("NO_SUCH_PAGE", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using dashboard = await serveDashboard({ provider });
  const response = await fetch(`${dashboard.url}/nothing`);
  const { error } = (await response.json()) as { error: { code: string } };
  assert.deepEqual([response.status, error.code], [404, "NO_SUCH_PAGE"]);
});
