import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Client } from "../../src/client/index.ts";
import { activity, orchestration } from "../../src/definition/index.ts";
import { checkProvider } from "../../src/providers/conformance/index.ts";
import { type PostgresPool, PostgresProvider } from "../../src/providers/postgres/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { inSchema } from "../support/borrowed-schemas.ts";
import type { PostgresSchema } from "../support/postgres-schema.ts";
import { openPostgresStoreOn } from "./postgres-clock.ts";
import { TransactionPooler } from "./transaction-pooler.ts";

const double = activity("double", (_ctx, n: number) => 2 * n);
const eight = orchestration("eight", async (ctx) => {
  const four = await ctx.activity(double, 2);
  await ctx.sleep("20ms");
  return await ctx.activity(double, four);
});

for (const [how, connect] of Object.entries({
  "without LISTEN and NOTIFY": (schema: PostgresSchema): [PostgresPool, object] => [schema.pool, { listen: false }],
  "behind a transaction pooler": (schema: PostgresSchema): [PostgresPool, object] => [
    new TransactionPooler(schema.pool),
    {},
  ],
})) {
  test(`two nodes do their work ${how}`, () =>
    inSchema(async (schema) => {
      const [pool, options] = connect(schema);
      const open = () => PostgresProvider.open(pool, { schema: schema.schema, ...options });
      await using one = await open();
      await using two = await open();
      // One can only orchestrate, and the other can only act: each has to find what the other has left for it.
      await using _orchestrates = await Runtime.start({ provider: one, orchestrations: [eight] });
      await using _acts = await Runtime.start({ provider: two, activities: [double] });
      const handles = await Promise.all(Array.from({ length: 10 }, () => new Client(one).start(eight)));
      for (const handle of handles) assert.equal(await handle.result({ timeout: "40s" }), 8);
    }));
}

describe("PostgreSQL behind a transaction pooler", () => {
  const open = openPostgresStoreOn((pool) => new TransactionPooler(pool));
  checkProvider(open, { test, sections: ["ownership", "turns", "resends", "executions", "messages", "work"] });
});
