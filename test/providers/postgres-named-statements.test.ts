import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { found, newInstance, TestNode, turnOf, workItem } from "../../src/providers/conformance/scene.ts";
import { type PostgresPool, PostgresProvider, type PostgresQuery } from "../../src/providers/postgres/index.ts";
import { inSchema } from "../support/borrowed-schemas.ts";
import { PostgresSchema } from "../support/postgres-schema.ts";
import { TransactionPooler } from "./transaction-pooler.ts";

const nodeOptions = { leaseMs: 600_000, handlers: ["order@1"], activities: ["charge"] };
const isNamed = ({ name }: PostgresQuery) => name !== undefined;
const isCommit = ({ text }: PostgresQuery) => text.includes("commit_batch");

describe("PostgreSQL statements", () => {
  test("are known by name to connections that are always the same ones", () =>
    inSchema(async (schema) => {
      const { pool, queries } = recorded(schema.pool);
      await using provider = await PostgresProvider.open(pool, { schema: schema.schema });
      const node = await openNode(provider);
      assert.deepEqual(queries.filter(isNamed), []);
      await untilNamed(node, queries);
      const first = await commitOne(node, queries);
      const second = await commitOne(node, queries);
      assert.ok(first.name !== undefined && first.name === second.name);
      const fetched = queries.findLast(({ text }) => text.includes("fetch_instances"));
      assert.ok(fetched?.name !== undefined && fetched.name !== first.name);
      // A log, or whoever listens in between, can tell what is called.
      assert.match(first.name, /^perdure_commit_batch_[\w-]{22}$/);
    }));

  test("have no names where LISTEN is not used", () =>
    inSchema(async (schema) => {
      const { pool, queries } = recorded(schema.pool);
      await using provider = await PostgresProvider.open(pool, { schema: schema.schema, listen: false });
      const node = await openNode(provider);
      await untilAsked(queries, "messages_seq_seq");
      assert.equal((await commitOne(node, queries)).name, undefined);
    }));

  test("have no names where no news come through", () =>
    inSchema(async (schema) => {
      const { pool, queries } = recorded(new TransactionPooler(schema.pool));
      await using provider = await PostgresProvider.open(pool, { schema: schema.schema });
      const node = await openNode(provider);
      await untilAsked(queries, "messages_seq_seq");
      assert.equal((await commitOne(node, queries)).name, undefined);
    }));

  for (const [how, spoil] of Object.entries({
    "have been forgotten": "DEALLOCATE ALL",
    "answer differently than they did": `DO $do$
      DECLARE
        v_text text := pg_get_functiondef('commit_batch'::regproc);
      BEGIN
        IF v_text NOT LIKE '%OUT newer%' THEN
          DROP FUNCTION commit_batch;
          EXECUTE replace(v_text, 'OUT woken boolean', 'OUT woken boolean, OUT newer text');
        END IF;
      END $do$`,
  })) {
    test(`are sent without names, and done once, when they ${how}`, async () => {
      // Not borrowed, because its functions are changed.
      await using schema = await PostgresSchema.create();
      const clients: pg.Client[] = [];
      const own = schema.newPool({ max: 2 });
      own.on("connect", (client) => clients.push(client));
      const { pool, queries } = recorded(own);
      try {
        await using provider = await PostgresProvider.open(pool, { schema: schema.schema });
        const node = await openNode(provider);
        await untilNamed(node, queries);
        await commitOne(node, queries);
        for (const client of clients) await client.query(`SET search_path = ${schema.schema}; ${spoil}`);
        queries.length = 0;
        await commitOne(node, queries);
        const sentAgain = queries.findLastIndex(isNamed) + 1;
        assert.ok(sentAgain > 0);
        assert.equal(queries[sentAgain]?.text, queries[sentAgain - 1]?.text);
        queries.length = 0;
        await commitOne(node, queries);
        assert.deepEqual(queries.filter(isNamed), []);
      } finally {
        await own.end();
      }
    });
  }
});

/** A pool that notes what is asked of its connections. */
function recorded(pool: PostgresPool): { readonly pool: PostgresPool; readonly queries: PostgresQuery[] } {
  const queries: PostgresQuery[] = [];
  const connect = async () => {
    const client = await pool.connect();
    const query = (asked: PostgresQuery) => {
      queries.push(asked);
      return client.query(asked);
    };
    return { query, on: client.on.bind(client), off: client.off.bind(client), release: client.release.bind(client) };
  };
  return { pool: { connect, on: pool.on.bind(pool), off: pool.off.bind(pool), end: () => pool.end() }, queries };
}

async function openNode(provider: PostgresProvider): Promise<TestNode> {
  const node = new TestNode(provider, nodeOptions);
  await node.openLease();
  provider.subscribe(() => undefined);
  return node;
}

/** News have to come through first, and nobody says when they do. */
async function untilNamed(node: TestNode, queries: readonly PostgresQuery[]): Promise<void> {
  while (!queries.some(isNamed)) {
    await node.fetch();
    await delay(5);
  }
}

/** Once the store is looked at every second, nobody waits for news any more. */
async function untilAsked(queries: readonly PostgresQuery[], part: string): Promise<void> {
  while (!queries.some(({ text }) => text.includes(part))) await delay(5);
}

let made = 0;

/** A new instance's first turn, and the query that committed it. */
async function commitOne(node: TestNode, queries: readonly PostgresQuery[]): Promise<PostgresQuery> {
  const id = `i${(made += 1)}`;
  await node.provider.createInstances([newInstance(id)]);
  const turn = turnOf(found((await node.fetch()).instances[0]), 1, { work: [workItem(`${id}-w`)] });
  assert.equal((await node.commitOne(turn)).status, "committed");
  assert.equal((await node.provider.readHistory(id))?.length, 1);
  return found(queries.findLast(isCommit));
}
