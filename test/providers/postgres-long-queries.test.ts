import assert from "node:assert/strict";
import { test } from "node:test";
import { StorageError } from "../../src/errors/index.ts";
import { newInstance } from "../../src/providers/conformance/scene.ts";
import { PostgresProvider } from "../../src/providers/postgres/index.ts";
import { PostgresSchema } from "../support/postgres-schema.ts";

test("a list that takes too long is given up by the server too, and the next one is answered", async () => {
  await using schema = await PostgresSchema.create();
  await using provider = await schema.open({ listen: false, queryTimeoutMs: 1_000 });
  await provider.createInstances([newInstance("a")]);
  const everything = { statuses: null, name: null, quarantined: null };
  const ask = [
    () => provider.listInstances({ ...everything, limit: 10, cursor: null }),
    () => provider.countInstances(everything),
  ];
  const holder = await schema.pool.connect();
  try {
    await holder.query("BEGIN");
    await holder.query(`LOCK TABLE ${schema.schema}.instances IN ACCESS EXCLUSIVE MODE`);
    for (const look of ask) await assert.rejects(look(), StorageError);
    const { rows } = await holder.query<{ pid: number }>(
      "SELECT pid FROM pg_locks WHERE NOT granted AND relation = $1::regclass",
      [`${schema.schema}.instances`],
    );
    assert.deepEqual(rows, [], "nobody waits on the server for an answer that nobody wants");
  } finally {
    await holder.query("ROLLBACK");
    holder.release();
  }
  for (const look of ask) await look();
});

test("a pool that has no connection for too long is not waited for, and gets back what it gives later", async () => {
  await using schema = await PostgresSchema.create();
  const pool = schema.newPool({ max: 1 });
  try {
    await using provider = await schema.open({ listen: false });
    await provider.createInstances([newInstance("a")]);
    await using starved = await PostgresProvider.open(pool, {
      schema: schema.schema,
      listen: false,
      queryTimeoutMs: 300,
    });
    const only = await pool.connect();
    await assert.rejects(starved.readInstance("a"), StorageError);
    only.release();
    assert.equal((await starved.readInstance("a"))?.instanceId, "a");
    assert.deepEqual([pool.totalCount, pool.idleCount, pool.waitingCount], [1, 1, 0]);
  } finally {
    await pool.end();
  }
});
