import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type pg from "pg";
import { PostgresProvider } from "../../src/providers/postgres/index.ts";
import type { FetchedInstance, TurnCommit, TurnOutcome } from "../../src/providers/contract.ts";
import { borrowSchema, giveBackSchema } from "../support/borrowed-schemas.ts";
import type { PostgresSchema } from "../support/postgres-schema.ts";
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
import { CountingPool } from "./counting-pool.ts";

const options = { leaseMs: 600_000, handlers: ["order@1"], activities: ["charge"] };

describe("PostgreSQL commits", () => {
  test("a batch of turns is one round trip, and so is a batch of claims", () =>
    inSchema(async ({ schema }) => {
      const pool = new CountingPool(schema.pool);
      await using provider = await PostgresProvider.open(pool, { schema: schema.schema, listen: false });
      const node = await openNode(provider);
      await provider.createInstances(upTo(100).map((n) => newInstance(`i${n}`)));
      pool.queries.length = 0;
      const { instances } = await node.fetch();
      assert.equal(instances.length, 100);
      const turns = instances.map((instance) => turnOf(instance, 2, { work: [workItem(instance.instanceId)] }));
      const { work } = await node.commit(turns, { claimWork: node.slots(100) });
      assert.equal(work.length, 100);
      const fused = turns.map((turn, n) => turnAfter(turn, 2, { ackedWork: [fenceOf(found(work[n]))] }));
      const answer = await node.commit(fused);
      assert.ok(answer.turns.every(({ status }) => status === "committed"));
      assert.deepEqual(
        pool.queries.map((text) => /\.(\w+)\(/.exec(text)?.[1]),
        ["fetch_instances", "commit_batch", "commit_batch"],
      );
    }));

  test("a fused turn that is alone is one round trip, and one more if it does not hold", () =>
    inSchema(async ({ schema }) => {
      const pool = new CountingPool(schema.pool);
      await using provider = await PostgresProvider.open(pool, { schema: schema.schema, listen: false });
      const node = await openNode(provider);
      await provider.createInstances([newInstance("a")]);
      const turn = turnOf(found((await node.fetch()).instances[0]), 1, { work: [workItem("w1")] });
      const { work } = await node.commit([turn], { claimWork: node.slots(1) });
      const fused = turnAfter(turn, 2, { ackedWork: work.map(fenceOf), work: [workItem("w2")] });
      pool.queries.length = 0;
      assert.equal((await node.commit([{ ...fused, epoch: 7 }])).turns[0]?.status, "fenced");
      committed((await node.commit([fused])).turns[0]);
      assert.deepEqual(
        pool.queries.map((text) => /\.(\w+)\(/.exec(text)?.[1]),
        ["commit_fused_turn", "commit_batch", "commit_fused_turn"],
      );
    }));

  test("what is scheduled beside what an instance carries costs no other round trip, nor whatever else becomes of them", () =>
    inSchema(async ({ schema }) => {
      const pool = new CountingPool(schema.pool);
      await using provider = await PostgresProvider.open(pool, { schema: schema.schema, listen: false });
      const node = await openNode(provider);
      const options = { claimWork: node.slots(5) };
      await provider.createInstances([newInstance("a")]);
      let turn = turnOf(found((await node.fetch()).instances[0]), 1, { work: [workItem("w1")] });
      pool.queries.length = 0;
      const first = await node.commit([turn], options);
      turn = turnAfter(turn, 1, { work: [workItem("w2")] });
      const second = await node.commit([turn], options);
      turn = turnAfter(turn, 1, { ackedWork: [...first.work, ...second.work].map(fenceOf), work: [workItem("w3")] });
      const third = await node.commit([turn], options);
      const abandoned = { ...fenceOf(found(third.work[0])), kind: "abandon" } as const;
      assert.deepEqual((await node.commit([], { results: [abandoned] })).results, ["committed"]);
      assert.equal(pool.queries.length, 4);
      turn = turnAfter(turn, 1, { work: [workItem("w4")] });
      const fourth = await node.commit([turn], options);
      const beaten = fenceOf(found(fourth.work[0]));
      await provider.heartbeatWork(node.nodeId, beaten, "half");
      turn = turnAfter(turn, 2, { ackedWork: [beaten], work: [workItem("w5")] });
      const fifth = await node.commit([turn], options);
      turn = turnAfter(turn, 1, { cancelledWork: ["w5"] });
      committed((await node.commit([turn])).turns[0]);
      assert.equal(pool.queries.length, 8);
      assert.deepEqual(
        [first, second, third, fourth, fifth].map(({ work }) => work[0]?.instance !== undefined),
        [true, false, true, true, true],
      );
    }));

  test("what a fused turn stores is whole, in its numbers and its texts", () =>
    inSchema(async ({ provider }) => {
      const node = await openNode(provider);
      await provider.createInstances([newInstance("a")]);
      const turn = turnOf(found((await node.fetch()).instances[0]), 1, { work: [workItem("w1")] });
      const { work } = await node.commit([turn], { claimWork: node.slots(1) });
      const fused = turnAfter(turn, 1, { ackedWork: work.map(fenceOf) });
      const halved = await node.commitOne({ ...fused, work: [workItem("w2", { payload: "\ud800" })] });
      assert.match((halved.status === "fenced" && halved.refused) || "", /half of a surrogate pair/);
      committed(await node.commitOne({ ...fused, events: fused.events.map((event) => ({ ...event, at: 7.9 })) }));
      assert.equal((await provider.readHistory("a"))?.at(-1)?.at, 7);
    }));

  test("turns that do not hold cost one round trip more, however many they are", () =>
    inSchema(async ({ schema }) => {
      const pool = new CountingPool(schema.pool);
      await using provider = await PostgresProvider.open(pool, { schema: schema.schema, listen: false });
      const node = await openNode(provider);
      await provider.createInstances(upTo(20).map((n) => newInstance(`i${n}`)));
      const turns = (await node.fetch()).instances.map((instance) => turnOf(instance, 1));
      const stale = turns.map((turn, n) => (n % 5 === 0 ? { ...turn, epoch: turn.epoch - 1 } : turn));
      pool.queries.length = 0;
      const answer = await node.commit(stale);
      assert.deepEqual(
        answer.turns.map(({ status }) => status),
        upTo(20).map((n) => (n % 5 === 0 ? "fenced" : "committed")),
      );
      assert.equal(pool.queries.length, 2);
    }));

  test("what a turn of a hydrated instance updates is in no index: the updates are HOT", () =>
    inSchema(async ({ schema }) => {
      // What a connection has done is counted when that connection says so.
      const pool = schema.newPool({ max: 1 });
      const provider = await PostgresProvider.open(pool, { schema: schema.schema, listen: false });
      const node = await openNode(provider);
      await provider.createInstances(upTo(20).map((n) => newInstance(`i${n}`)));
      let turns = (await node.fetch()).instances.map((instance) => turnOf(instance, 1));
      await node.commit(turns);
      const before = await updates(pool, schema.schema);
      for (let round = 0; round < 50; round += 1) {
        turns = turns.map((turn) => turnAfter(turn, 1));
        await node.commit(turns);
      }
      const after = await updates(pool, schema.schema);
      await provider.close();
      await pool.end();
      const [all, hot] = [after.all - before.all, after.hot - before.hot];
      assert.equal(all, 1_000);
      // With an indexed column among what changes, none would be. How many are also depends on who else holds a
      // snapshot of this server just then, and so keeps dead rows in the way.
      assert.ok(hot >= 0.5 * all, `${hot} of ${all} were HOT`);
    }));

  for (const width of [1, 20]) {
    test(`a step of a sequential orchestration writes three rows, ${width} in one commit`, () =>
      inSchema(async ({ schema }) => {
        const pool = schema.newPool({ max: 1 });
        const provider = await PostgresProvider.open(pool, { schema: schema.schema, listen: false });
        const node = await openNode(provider);
        await provider.createInstances(upTo(width).map((n) => newInstance(`i${n}`)));
        let turns = (await node.fetch()).instances.map((instance) =>
          turnOf(instance, 2, { work: [workItem(`${instance.instanceId} 0`)] }),
        );
        let { work } = await node.commit(turns, { claimWork: node.slots(width) });
        const before = await rowsWritten(pool, schema.schema);
        for (const step of upTo(10)) {
          turns = turns.map((turn, index) =>
            turnAfter(turn, 2, {
              ackedWork: [fenceOf(found(work[index]))],
              work: [workItem(`${turn.instanceId} ${step}`)],
            }),
          );
          const answer = await node.commit(turns, { claimWork: node.slots(width) });
          assert.ok(answer.turns.every(({ status }) => status === "committed"));
          work = answer.work;
        }
        const after = await rowsWritten(pool, schema.schema);
        await provider.close();
        await pool.end();
        const written = [...after].flatMap(([table, count]) => {
          const rows = (count - (before.get(table) ?? 0)) / (10 * width);
          return rows > 0 ? [[table, rows]] : [];
        });
        assert.deepEqual(Object.fromEntries(written), { history: 2, ownerships: 1 });
      }));
  }

  test("batches of two nodes that write to each other's instances, in opposite orders, do not lock each other out", () =>
    inSchema(async ({ schema, provider }) => {
      await using other = await schema.open({ listen: false });
      const nodes = [await openNode(provider), await openNode(other)] as const;
      await provider.createInstances(upTo(40).map((n) => newInstance(`i${n}`)));
      const owned = [(await nodes[0].fetch({ limit: 20 })).instances, (await nodes[1].fetch()).instances] as const;
      assert.deepEqual([owned[0].length, owned[1].length], [20, 20]);
      const run = async (me: 0 | 1): Promise<void> => {
        const [mine, theirs] = me === 0 ? owned : [owned[1], owned[0].toReversed()];
        let turns: TurnCommit[] = mine.map((instance) => turnOf(instance, 1));
        for (let round = 0; round < 15; round += 1) {
          const rest = (n: number) => ({
            messages: theirs.slice(n, n + 5).map(({ instanceId }) => message(instanceId, `from ${me}`)),
            starts: [newInstance(`child ${round} ${n}`), newInstance(`child ${round} ${20 - n}`)],
          });
          turns = turns.map((turn, n) => ({ ...turn, ...rest(n) }));
          const answer = await nodes[me].commit(me === 0 ? turns : turns.toReversed());
          for (const turn of answer.turns) committed(turn);
          turns = turns.map((turn) => turnAfter(turn, 1));
        }
      };
      await Promise.all([run(0), run(1)]);
    }));

  test("a turn that PostgreSQL refuses does not fail its batch, wherever in it the turn is", () =>
    inSchema(async ({ provider }) => {
      const node = await openNode(provider);
      await provider.createInstances(upTo(9).map((n) => newInstance(`i${n}`)));
      let turns = (await node.fetch()).instances.map((instance) => turnOf(instance, 1));
      for (const place of [0, 4, 8]) {
        const bad = turns.map((turn, n) =>
          n === place ? { ...turn, events: turn.events.map((event) => ({ ...event, body: "a\0b" })) } : turn,
        );
        const answer = await node.commit(bad);
        const statuses = answer.turns.map(({ status }) => status);
        assert.deepEqual(
          statuses,
          upTo(9).map((n) => (n === place ? "fenced" : "committed")),
        );
        const refused = found(answer.turns[place]);
        assert.ok(refused.status === "fenced" && (refused.refused ?? "") !== "");
        turns = turns.map((turn, n) => (n === place ? turn : turnAfter(turn, 1)));
      }
    }));

  test("a message that PostgreSQL refuses does not fail those that are sent at the same time", () =>
    inSchema(async ({ provider }) => {
      await provider.createInstances([newInstance("a")]);
      const answers = await Promise.allSettled(
        ["one", "t\0o", "three", "four"].map((text) => provider.enqueue([message("a", text)])),
      );
      assert.deepEqual(
        answers.map(({ status }) => status),
        ["fulfilled", "rejected", "fulfilled", "fulfilled"],
      );
      assert.equal((answers[1] as PromiseRejectedResult).reason.code, "INVALID_ARGUMENT");
    }));

  test("a start that has to wait for somebody's open transaction holds up no other turn of its batch", () =>
    inSchema(async ({ schema, provider }) => {
      const node = await openNode(provider);
      await provider.createInstances(upTo(8).map((n) => newInstance(`i${n}`)));
      const { instances } = await node.fetch();
      const foreign = await schema.pool.connect();
      try {
        await foreign.query("BEGIN");
        await foreign.query(
          `INSERT INTO ${schema.schema}.instances (instance_id, run_id, name, created_at, updated_at)
           VALUES ('contended', 'r', 'order', 0, 0)`,
        );
        const turns = instances.map((instance, n) =>
          turnOf(instance, 1, { starts: [newInstance(n === 3 ? "contended" : `child ${n}`)] }),
        );
        const { turns: outcomes } = await node.commit(turns);
        assert.deepEqual(
          outcomes.map(({ status }) => status),
          upTo(8).map((n) => (n === 3 ? "fenced" : "committed")),
        );
      } finally {
        await foreign.query("ROLLBACK");
        foreign.release();
      }
      assert.equal((await node.commitOne(turnOf(found(instances[3]), 1))).status, "committed");
    }));

  test("a lease that runs out while a commit waits for a lock fences the commit", () =>
    inSchema(async ({ schema, provider }) => {
      const node = await openNode(provider);
      await provider.createInstances([newInstance("a")]);
      const owned = found((await node.fetch()).instances[0]);
      assert.deepEqual(await committedWithoutLease(schema, node, turnOf(owned, 1)), { status: "fenced" });
      assert.deepEqual(await provider.readHistory("a"), []);
    }));

  test("a lease that runs out while a fused turn waits for a lock fences it", () =>
    inSchema(async ({ schema, provider }) => {
      const node = await openNode(provider);
      await provider.createInstances([newInstance("a")]);
      const turn = turnOf(found((await node.fetch()).instances[0]), 1, { work: [workItem("w1")] });
      const { work } = await node.commit([turn], { claimWork: node.slots(1) });
      const fused = turnAfter(turn, 1, { ackedWork: work.map(fenceOf) });
      assert.deepEqual(await committedWithoutLease(schema, node, fused), { status: "fenced" });
      assert.equal((await provider.readHistory("a"))?.length, 1);
    }));

  test("a commit neither waits for the lease's row nor makes its renewal wait", () =>
    inSchema(async ({ schema, provider }) => {
      const node = await openNode(provider);
      await provider.createInstances([newInstance("a")]);
      const owned = found((await node.fetch()).instances[0]);
      const foreign = await schema.pool.connect();
      try {
        await foreign.query("BEGIN");
        await foreign.query(`SELECT FROM ${schema.schema}.nodes FOR UPDATE`);
        assert.equal((await node.commitOne(turnOf(owned, 1))).status, "committed");
        await foreign.query("ROLLBACK; BEGIN");
        await foreign.query(`SELECT FROM ${schema.schema}.ownerships FOR UPDATE`);
        assert.equal((await node.renewLease()).held, true);
      } finally {
        await foreign.query("ROLLBACK");
        foreign.release();
      }
    }));

  test("an instance released while a message to it was being committed is found", () =>
    inSchema(async ({ schema, provider }) => {
      const node = await openNode(provider);
      const other = await openNode(provider);
      await provider.createInstances([newInstance("a")]);
      const owned = found((await node.fetch()).instances[0]);
      const sender = await schema.pool.connect();
      // Sent while the node is still seen as the owner, and committed only after it has let go.
      await sender.query("BEGIN");
      await sender.query(`SELECT ${schema.schema}.enqueue('{a}', '{2}', '{late}', '{null}', '{null}', '{null}')`);
      committed(await node.commitOne(turnOf(owned, 1, { release: true })));
      assert.deepEqual(await other.fetchIds(), []);
      await sender.query("COMMIT");
      sender.release();
      await node.fetch({ limit: 0 });
      assert.deepEqual(await other.fetchIds(), ["a"]);
    }));

  test("entries that have gone astray are put right by the sweep", () =>
    inSchema(async ({ schema, provider }) => {
      const node = await openNode(provider);
      await provider.createInstances([newInstance("lost"), newInstance("misled"), newInstance("mine")]);
      const mine = found((await node.fetch({ limit: 3 })).instances.find(isCalled("mine")));
      await provider.releaseAllExcept(node.nodeId, { instances: [mine.ref], work: [] });
      await schema.query("DELETE FROM ready WHERE key <> (SELECT key FROM instances WHERE instance_id = 'misled')");
      await schema.query("UPDATE ready SET lane = ':gone@1'");
      assert.deepEqual(await node.fetchIds(), []);
      await provider.findUnservable({ graceMs: 60_000 });
      assert.deepEqual((await node.fetchIds()).toSorted(), ["lost", "mine", "misled"]);
    }));
});

interface Opened {
  readonly schema: PostgresSchema;
  readonly provider: PostgresProvider;
}

async function inSchema(run: (opened: Opened) => Promise<void>): Promise<void> {
  const schema = await borrowSchema();
  const provider = await schema.open({ listen: false });
  try {
    await run({ schema, provider });
  } finally {
    await provider.close();
    giveBackSchema(schema);
  }
}

async function openNode(provider: PostgresProvider): Promise<TestNode> {
  const node = new TestNode(provider, options);
  await node.openLease();
  return node;
}

async function updates(pool: pg.Pool, schema: string): Promise<{ readonly all: number; readonly hot: number }> {
  await pool.query("SELECT pg_stat_force_next_flush()");
  const { rows } = await pool.query<{ all: string; hot: string }>(
    `SELECT n_tup_upd AS all, n_tup_hot_upd AS hot FROM pg_stat_user_tables
      WHERE schemaname = $1 AND relname = 'ownerships'`,
    [schema],
  );
  return { all: Number(rows[0]?.all), hot: Number(rows[0]?.hot) };
}

/** How many rows of each table have been written, where any have. */
async function rowsWritten(pool: pg.Pool, schema: string): Promise<Map<string, number>> {
  await pool.query("SELECT pg_stat_force_next_flush()");
  const { rows } = await pool.query<{ table: string; count: string }>(
    `SELECT relname AS table, n_tup_ins + n_tup_upd + n_tup_del AS count FROM pg_stat_user_tables
      WHERE schemaname = $1`,
    [schema],
  );
  return new Map(rows.map(({ table, count }) => [table, Number(count)]));
}

/** The lease runs out while the commit waits for the row of its instance. */
async function committedWithoutLease(schema: PostgresSchema, node: TestNode, turn: TurnCommit): Promise<TurnOutcome> {
  const foreign = await schema.pool.connect();
  await foreign.query("BEGIN");
  await foreign.query(`SELECT FROM ${schema.schema}.ownerships WHERE key = $1 FOR UPDATE`, [turn.ref]);
  const outcome = node.commitOne(turn);
  await untilWaiting(schema);
  await schema.query("UPDATE nodes SET lease_until = store_now() - 1");
  await foreign.query("COMMIT");
  foreign.release();
  return await outcome;
}

async function untilWaiting(schema: PostgresSchema): Promise<void> {
  for (;;) {
    const rows = await schema.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1", [
      `%${schema.schema}%commit_%`,
    ]);
    if (rows.length > 0) return;
  }
}

const isCalled = (id: string) => (instance: FetchedInstance) => instance.instanceId === id;

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
