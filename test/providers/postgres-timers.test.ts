import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { StorageError } from "../../src/errors/index.ts";
import type { PostgresProvider } from "../../src/providers/postgres/index.ts";
import type { Wake } from "../../src/providers/contract.ts";
import { committed, found, newInstance, timer, turnOf } from "../../src/providers/conformance/scene.ts";
import { inSchema } from "../support/borrowed-schemas.ts";
import { PostgresSchema } from "../support/postgres-schema.ts";
import { openNode, upTo } from "./postgres-node.ts";

const partitions = [0, 1, 2, 3];

/** An instance with so many timers that are due, and what those who wait for instances are told from then on. */
async function due(
  provider: PostgresProvider,
  timers: readonly { readonly partition: number; readonly body: string }[],
) {
  const node = await openNode(provider);
  await provider.createInstances([newInstance("a")]);
  const owned = found((await node.fetch()).instances[0]);
  const rows = timers.map((one, n) => timer(n + 1, provider.now() - 1_000 + n, one));
  committed(await node.commitOne(turnOf(owned, rows.length, { timers: rows })));
  await nextTurn();
  const wakes: Wake[] = [];
  provider.subscribe((wake) => wakes.push(wake));
  return { node, wakes };
}

const wakesForInstances = (wakes: readonly Wake[]) => wakes.filter((wake) => wake.changed !== null && wake.instances);

describe("PostgreSQL timers", () => {
  test("of many that fire together it is told once, when all have fired", () =>
    inSchema(async (schema) => {
      await using provider = await schema.open();
      const { node, wakes } = await due(
        provider,
        upTo(300).map((n) => ({ partition: n % 4, body: "b" })),
      );
      assert.equal((await provider.fireTimers({ partitions, limit: 2_000 })).fired, 300);
      while (wakesForInstances(wakes).length === 0) await nextTurn();
      assert.equal(found((await node.fetch({ messageLimit: 300 })).instances[0]).messages.length, 300);
      assert.equal(wakesForInstances(wakes).length, 1);
    }));

  test("of what has fired it is told, though others that are due could not be fired", async () => {
    // Not a borrowed one, because it is changed.
    await using schema = await PostgresSchema.create();
    await using provider = await schema.open();
    await schema.pool.query(`
        CREATE FUNCTION ${schema.schema}.refuse() RETURNS trigger LANGUAGE plpgsql
          AS $$ BEGIN IF NEW.body = 'bad' THEN RAISE 'not this one'; END IF; RETURN NEW; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON ${schema.schema}.messages
          FOR EACH ROW EXECUTE FUNCTION ${schema.schema}.refuse()`);
    const bodies = upTo(150).map((n) => ({ partition: n % 2, body: "good" }));
    const { node, wakes } = await due(provider, [...bodies, { partition: 3, body: "bad" }]);
    await assert.rejects(provider.fireTimers({ partitions, limit: 2_000 }), StorageError);
    while (wakesForInstances(wakes).length === 0) await nextTurn();
    assert.equal(found((await node.fetch({ messageLimit: 300 })).instances[0]).messages.length, 150);
    assert.equal((await provider.fireTimers({ partitions: [0, 1], limit: 9 })).fired, 0);
  });
});
