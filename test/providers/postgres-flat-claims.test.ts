import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type pg from "pg";
import { PostgresProvider } from "../../src/providers/postgres/index.ts";
import { PostgresSchema } from "../support/postgres-schema.ts";
import {
  committed,
  fenceOf,
  found,
  message,
  newInstance,
  TestNode,
  turnAfter,
  turnOf,
  workItem,
} from "../../src/providers/conformance/scene.ts";

// PERDURE_CROWD=1000000 takes minutes.
const many = Number(process.env["PERDURE_CROWD"] ?? 30_000);
/** What a claim may cost beside `many` others, in pages looked at. Without them it is about 100. */
const flat = 300;

/** One connection, so that what it has looked at can be counted. */
class Bench implements AsyncDisposable {
  readonly schema: PostgresSchema;
  readonly provider: PostgresProvider;
  readonly node: TestNode;
  readonly #pool: pg.Pool;

  static async open(): Promise<Bench> {
    const schema = await PostgresSchema.create();
    await (await schema.open()).close();
    // Its looking at pages would be counted as well.
    await schema.query(
      `DO $$ DECLARE t text; BEGIN
         FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
           EXECUTE format('ALTER TABLE %I SET (autovacuum_enabled = false)', t);
         END LOOP; END $$`,
    );
    const pool = schema.newPool({ max: 1 });
    const provider = await PostgresProvider.open(pool, { schema: schema.schema, listen: false });
    const options = { leaseMs: 600_000, handlers: ["order@1"], activities: ["charge"] };
    const bench = new Bench(schema, pool, provider, new TestNode(provider, options));
    await bench.node.openLease();
    return bench;
  }

  private constructor(schema: PostgresSchema, pool: pg.Pool, provider: PostgresProvider, node: TestNode) {
    this.schema = schema;
    this.#pool = pool;
    this.provider = provider;
    this.node = node;
  }

  /** Pages that were looked at while `run` ran. */
  async pages(run: () => Promise<unknown>): Promise<number> {
    const before = await this.#pagesSoFar();
    await run();
    return (await this.#pagesSoFar()) - before;
  }

  async #pagesSoFar(): Promise<number> {
    // In statements of their own: what a transaction has looked at is counted when it is over.
    await this.#pool.query("SELECT pg_stat_force_next_flush()");
    const { rows } = await this.#pool.query<{ pages: string }>(
      `SELECT coalesce(sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read), 0) AS pages
         FROM pg_statio_user_tables WHERE schemaname = $1`,
      [this.schema.schema],
    );
    return Number(found(rows[0]).pages);
  }

  /** How often each index was looked into. */
  async scans(): Promise<Map<string, number>> {
    await this.#pool.query("SELECT pg_stat_force_next_flush()");
    const { rows } = await this.#pool.query<{ name: string; scans: string }>(
      `SELECT indexrelname AS name, idx_scan AS scans FROM pg_stat_user_indexes
        WHERE schemaname = $1 AND relname <> 'schema_versions'
        ORDER BY indexrelname COLLATE "C"`,
      [this.schema.schema],
    );
    return new Map(rows.map(({ name, scans }) => [name, Number(scans)]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.provider.close();
    await this.#pool.end();
    await this.schema[Symbol.asyncDispose]();
  }
}

/** Instances, each with its start message. `at` is when they become ready. */
const instances = ({ handler = "order@1", owner = "", at = "store_now() - 1000" }): string => `
  INSERT INTO ownerships (key, handler, owner)
  SELECT g, '${handler}', nullif('${owner}', '') FROM generate_series(1001, ${1000 + many}) g;
  INSERT INTO messages (key, lane, body) SELECT g, 1, '{}' FROM generate_series(1001, ${1000 + many}) g;
  INSERT INTO ready (lane, claims, ready_at, key)
  SELECT '${owner === "" ? `:${handler}` : `@${owner}`}', 0, ${at}, g FROM generate_series(1001, ${1000 + many}) g;`;

const crowds: Readonly<Record<string, string>> = {
  "that become ready tomorrow": instances({ at: "store_now() + 86400000" }),
  "that are ready, and that this node cannot run": instances({ handler: "other@1" }),
  "that others own": instances({ owner: "other" }),
  "that have ended": `
    INSERT INTO instances (key, instance_id, run_id, name, status, created_at, updated_at, ended_at)
    SELECT g, 'i' || g, 'r', 'order', 'completed', 0, 0, 1 FROM generate_series(1001, ${1000 + many}) g;
    INSERT INTO ownerships (key, handler, ended) SELECT g, 'order@1', true FROM generate_series(1001, ${1000 + many}) g;`,
};

describe("a claim costs the same", () => {
  for (const [which, crowd] of Object.entries(crowds)) {
    test(`beside ${many} instances ${which}`, async (t) => {
      await using bench = await Bench.open();
      await bench.schema.query(crowd);
      await bench.provider.createInstances([newInstance("mine")]);
      await bench.node.fetch({ limit: 0 });
      let ids: string[] = [];
      const pages = await bench.pages(async () => (ids = await bench.node.fetchIds()));
      assert.deepEqual(ids, ["mine"]);
      t.diagnostic(`${pages} pages`);
      assert.ok(pages < flat, `it looked at ${pages} pages`);
    });
  }

  for (const [which, columns] of Object.entries({
    "that wait for their retry": "'charge', NULL, store_now() + 86400000",
    "of an activity that this node does not have": "'other', NULL, store_now() - 1000",
    "that are being run": "'charge', 'other', store_now() - 1000",
  })) {
    test(`beside ${many} work items ${which}`, async (t) => {
      await using bench = await Bench.open();
      await bench.schema.query(`
        INSERT INTO work_items (id, key, execution_id, queue, delivery, scheduled_at, body, name, owner, visible_at)
        SELECT 'w' || g, 1, 1, 'default', 0, 0, '{}', ${columns} FROM generate_series(1, ${many}) g`);
      await bench.provider.createInstances([newInstance("mine")]);
      const owned = found((await bench.node.fetch()).instances[0]);
      await bench.node.commit([turnOf(owned, 1, { work: [workItem("mine")] })]);
      await bench.node.fetchWork(0);
      let ids: string[] = [];
      const pages = await bench.pages(async () => (ids = (await bench.node.fetchWork()).items.map(({ id }) => id)));
      assert.deepEqual(ids, ["mine"]);
      t.diagnostic(`${pages} pages`);
      assert.ok(pages < flat, `it looked at ${pages} pages`);
    });
  }

  test(`beside ${many} messages and items that are done with, and that a long-running reader still sees`, async (t) => {
    await using bench = await Bench.open();
    const reader = await bench.schema.pool.connect();
    try {
      await bench.schema.query(`
        ${instances({ at: "store_now() - 60000 + g % 30000" })}
        INSERT INTO work_items (id, key, execution_id, queue, delivery, scheduled_at, body, name, visible_at)
        SELECT 'w' || g, 1, 1, 'default', 0, 0, '{}', 'charge', store_now() - 60000 + g % 30000
          FROM generate_series(1, ${many}) g`);
      await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      await reader.query(`SELECT count(*) FROM ${bench.schema.schema}.ready`);
      await bench.schema.query(
        "DELETE FROM ready; DELETE FROM messages; DELETE FROM ownerships; DELETE FROM work_items",
      );
      // The first one looks at everything, once, and learns where to begin.
      await bench.node.fetch();
      await bench.node.fetchWork();
      await bench.provider.createInstances([newInstance("mine")]);
      let ids: string[] = [];
      const pages = await bench.pages(async () => {
        const owned = (await bench.node.fetch()).instances;
        await bench.node.commit(owned.map((instance) => turnOf(instance, 1, { work: [workItem("w")] })));
        ids = (await bench.node.fetchWork()).items.map(({ id }) => id);
      });
      assert.deepEqual(ids, ["w"]);
      t.diagnostic(`${pages} pages`);
      assert.ok(pages < 2 * flat, `it looked at ${pages} pages`);
    } finally {
      await reader.query("ROLLBACK");
      reader.release();
    }
  });
});

test(`a start and its turns cost the same beside ${many} others, although they were planned on empty tables`, async (t) => {
  await using bench = await Bench.open();
  // Empty, and known to be.
  for (const table of ["instances", "ownerships", "messages", "ready", "work_items", "timers"]) {
    await bench.schema.query(`VACUUM ${table}`);
  }
  let number = 0;
  const wholeLife = async () => {
    const id = `mine ${(number += 1)}`;
    await bench.provider.createInstances([newInstance(id)]);
    const owned = found((await bench.node.fetch()).instances[0]);
    const options = { claimWork: bench.node.slots(10) };
    const timers = [{ eventId: 1, partition: 0, dueAt: 8e15, body: "{}" }];
    const first = turnOf(owned, 2, { work: [workItem(`${id} a`), workItem(`${id} b`), workItem(`${id} c`)], timers });
    const [a, b] = (await bench.node.commit([first], options)).work;
    const more = { work: [workItem(`${id} d`)], ackedWork: [fenceOf(found(a))], messages: [message(id, "own")] };
    const second = turnAfter(first, 2, { ...more, cancelledWork: [`${id} c`], cancelledTimers: [1] });
    const done = { ...fenceOf(found(b)), kind: "complete", message: message(id, "b") } as const;
    committed(found((await bench.node.commit([second], { ...options, results: [done] })).turns[0]));
    const fused = turnAfter(second, 1, { ackedWork: [{ id: `${id} d`, delivery: 1 }], work: [workItem(`${id} e`)] });
    committed((await bench.node.commit([fused], options)).turns[0]);
    committed(await bench.node.commitOne(turnAfter(fused, 1, { ackedWork: [], ...ending })));
  };
  await wholeLife();
  await bench.schema.query(`
    ${crowds["that have ended"]}
    INSERT INTO messages (key, lane, body) SELECT g, 2, '{}' FROM generate_series(1, ${many}) g;
    INSERT INTO ready (lane, claims, ready_at, key) SELECT '@other', 0, 1, g FROM generate_series(1, ${many}) g;
    INSERT INTO timers SELECT g, 1, 1, 1, 1, '{}' FROM generate_series(1001, ${1000 + many}) g;
    INSERT INTO work_items (id, key, execution_id, queue, delivery, scheduled_at, body, name, owner, visible_at)
    SELECT 'w' || g, g, 1, 'default', 0, 0, '{}', 'charge', 'other', 1 FROM generate_series(1001, ${1000 + many}) g`);
  const pages = await bench.pages(wholeLife);
  t.diagnostic(`${pages} pages`);
  assert.ok(pages < 3 * flat, `it looked at ${pages} pages`);
});

test(`a claim costs the same beside ${many} instances of its own node, although it was planned on empty tables`, async (t) => {
  await using bench = await Bench.open();
  const claim = async (id: string) => {
    await bench.provider.createInstances([newInstance(id)]);
    const { instances: fetched } = await bench.node.fetch();
    assert.deepEqual(
      fetched.map(({ instanceId }) => instanceId),
      [id],
    );
    committed(await bench.node.commitOne(turnOf(found(fetched[0]), 1)));
  };
  await claim("first");
  await bench.schema.query(
    `INSERT INTO ownerships (key, handler, owner) SELECT g, 'order@1', $1 FROM generate_series(1001, ${1000 + many}) g`,
    [bench.node.nodeId],
  );
  const pages = await bench.pages(() => claim("second"));
  t.diagnostic(`${pages} pages`);
  assert.ok(pages < flat, `it looked at ${pages} pages`);
});

const inAnyCase = ["messages_pkey", "nodes_pkey", "ownerships_pkey", "work_items_claimable"];
for (const [what, payload, indexes] of [
  ["", "{}", inAnyCase],
  [" whose items are in the queue", JSON.stringify("x".repeat(2_000)), [...inAnyCase, "work_items_pkey"]],
] as const) {
  test(`a fused turn${what} looks its rows up by their keys, although it was planned on empty tables`, async () => {
    await using bench = await Bench.open();
    await bench.provider.createInstances([newInstance("mine")]);
    const options = { claimWork: bench.node.slots(10) };
    let turn = turnOf(found((await bench.node.fetch()).instances[0]), 1, { work: [workItem("w0", { payload })] });
    let { work } = await bench.node.commit([turn], options);
    const before = await bench.scans();
    for (let number = 1; number <= 20; number += 1) {
      turn = turnAfter(turn, 2, { ackedWork: work.map(fenceOf), work: [workItem(`w${number}`, { payload })] });
      const answer = await bench.node.commit([turn], options);
      committed(answer.turns[0]);
      work = answer.work;
    }
    const after = await bench.scans();
    // Not by its owner: what a node has done with would have to be passed by every time.
    assert.deepEqual(
      [...after].filter(([index, count]) => count > (before.get(index) ?? 0)).map(([index]) => index),
      indexes,
    );
  });
}

test("what a node does all the time never looks through what it owns, although it was planned on empty tables", async () => {
  await using bench = await Bench.open();
  const { node, provider } = bench;
  const before = await bench.scans();
  await provider.createInstances([newInstance("a"), newInstance("b")]);
  const [a, b] = (await node.fetch()).instances.map((instance) => turnOf(instance, 1));
  const first = { ...found(a), work: [workItem("w1"), workItem("w2")] };
  const { work } = await node.commit([first], { claimWork: node.slots(2) });
  const [w1, w2] = work.map(fenceOf);
  const second = { ...found(b), work: [workItem("w3")] };
  const carried = (await node.commit([second], { claimWork: node.slots(1) })).work.map(fenceOf);
  for (const item of [found(w1), found(carried[0])]) {
    assert.ok(await provider.heartbeatWork(node.nodeId, item, null));
    assert.deepEqual(await provider.findLostWork(node.nodeId, [item]), []);
    assert.ok(await provider.heartbeatWork(node.nodeId, item, '"half"'));
    assert.ok(await provider.heartbeatWork(node.nodeId, item, null));
    await provider.endTrial(node.nodeId, item);
  }
  assert.deepEqual(await provider.findLostWork(node.nodeId, work.map(fenceOf)), []);
  await node.commit([], { results: [{ ...found(w2), kind: "retry", delayMs: 0, note: null }] });
  assert.deepEqual(await node.fetchWorkIds(), ["w2"]);
  committed(await node.commitOne(turnAfter(first, 1, { ackedWork: [found(w1)] })));
  const third = turnAfter(second, 1, { ackedWork: carried, work: [workItem("w4")] });
  const next = (await node.commit([third], { claimWork: node.slots(1) })).work.map(fenceOf);
  // With care, because of a turn that does not hold.
  const stale = turnAfter(third, 1, { epoch: third.epoch - 1 });
  const retry = { ...found(next[0]), kind: "retry", delayMs: 0, note: null } as const;
  assert.deepEqual((await node.commit([stale], { results: [retry] })).results, ["committed"]);
  assert.deepEqual(await node.fetchWorkIds(), ["w4"]);
  await provider.releaseInstances(node.nodeId, [found(b)]);
  const after = await bench.scans();
  for (const index of ["ownerships_owned", "work_items_owned"]) {
    assert.deepEqual([index, found(before.get(index))], [index, after.get(index)]);
  }
});

const ending = {
  closes: true,
  release: true,
  projection: { status: "completed", version: null, handler: null, customStatus: null },
} as const;
