import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { committed, found, message, newInstance, turnAfter, turnOf } from "../../src/providers/conformance/scene.ts";
import { PostgresSchema } from "../support/postgres-schema.ts";
import { openNode } from "./postgres-node.ts";

const lock = 4_711;

test("a message that a turn acks while a fetch reads does not come with the position after that turn", async () => {
  // Not a borrowed one, because one of its functions is replaced.
  await using schema = await PostgresSchema.create();
  await using provider = await schema.open();
  const node = await openNode(provider);
  await provider.createInstances([newInstance("a")]);
  const first = turnOf(found((await node.fetch()).instances[0]), 1);
  committed(await node.commitOne(first));
  await provider.enqueue([message("a", "once")]);
  const [token] = found((await node.fetch()).instances[0]).messages.map((one) => one.token);
  await provider.createInstances([newInstance("b")]);

  // It is asked between the statements of a fetch, if that claims anything.
  await schema.query(`
    CREATE OR REPLACE FUNCTION beyond_answer(p_owned bigint[], p_taken bigint[], p_message_limit integer)
      RETURNS bigint[] LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(${lock}); RETURN NULL; END $$`);
  const gate = await schema.pool.connect();
  await gate.query("SELECT pg_advisory_lock($1)", [lock]);
  const fetching = node.fetch();
  const waiting = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted";
  while ((await schema.query(waiting, [lock])).length === 0) await pause(1);
  const outcome = await node.commitOne(turnAfter(first, 1, { ackedMessages: [found(token)] }));
  await gate.query("SELECT pg_advisory_unlock($1)", [lock]);
  gate.release();
  committed(outcome);

  const fetched = (await fetching).instances;
  assert.deepEqual(fetched.map(({ instanceId }) => instanceId).toSorted(), ["a", "b"]);
  const again = found(fetched.find(({ instanceId }) => instanceId === "a"));
  assert.deepEqual([again.messages.map(({ body }) => body), again.lastEventId], [["once"], first.lastEventId + 1]);
});
