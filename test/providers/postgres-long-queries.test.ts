import assert from "node:assert/strict";
import { test } from "node:test";
import { StorageError } from "../../src/errors/index.ts";
import { newInstance } from "../../src/providers/conformance/scene.ts";
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
