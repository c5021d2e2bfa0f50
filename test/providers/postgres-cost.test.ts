import assert from "node:assert/strict";
import { test } from "node:test";
import type pg from "pg";
import {
  committed,
  fenceOf,
  found,
  newInstance,
  type TestNode,
  turnAfter,
  turnOf,
  workItem,
} from "../../src/providers/conformance/scene.ts";
import { PostgresProvider } from "../../src/providers/postgres/index.ts";
import { inSchema } from "../support/borrowed-schemas.ts";
import type { PostgresSchema } from "../support/postgres-schema.ts";
import { CountingPool } from "./counting-pool.ts";
import { openNode, upTo } from "./postgres-node.ts";

test("a batch of turns is one round trip, and so is a batch of claims", () =>
  inSchema(async (schema) => {
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
  inSchema(async (schema) => {
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
  inSchema(async (schema) => {
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

test("turns that do not hold cost one round trip more, however many they are", () =>
  inSchema(async (schema) => {
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
  inSchema(async (schema) => {
    await using probe = await RowProbe.open(schema);
    const { node } = probe;
    await probe.provider.createInstances(upTo(20).map((n) => newInstance(`i${n}`)));
    let turns = (await node.fetch()).instances.map((instance) => turnOf(instance, 1));
    await node.commit(turns);
    const written = await probe.written(async () => {
      for (let round = 0; round < 50; round += 1) {
        turns = turns.map((turn) => turnAfter(turn, 1));
        await node.commit(turns);
      }
    });
    assert.equal(written.get("ownerships")?.updated, 1_000);
    assertHot(written);
  }));

for (const width of [1, 20]) {
  test(`a step of a sequential orchestration writes three rows, ${width} in one commit`, () =>
    inSchema(async (schema) => {
      await using probe = await RowProbe.open(schema);
      const { node } = probe;
      const options = { claimWork: node.slots(width) };
      await probe.provider.createInstances(upTo(width).map((n) => newInstance(`i${n}`)));
      let turns = (await node.fetch()).instances.map((instance) =>
        turnOf(instance, 2, { work: [workItem(`${instance.instanceId} 0`)] }),
      );
      let { work } = await node.commit(turns, options);
      const written = await probe.written(async () => {
        for (const step of upTo(10)) {
          turns = turns.map((turn, index) => {
            const ackedWork = [fenceOf(found(work[index]))];
            return turnAfter(turn, 2, { ackedWork, work: [workItem(`${turn.instanceId} ${step}`)] });
          });
          const answer = await node.commit(turns, options);
          assert.ok(answer.turns.every(({ status }) => status === "committed"));
          work = answer.work;
        }
      });
      const rows = [...written].map(([table, count]) => [table, count.rows / (10 * width)]);
      assert.deepEqual(Object.fromEntries(rows), { history: 2, ownerships: 1 });
      assertHot(written);
    }));
}

interface Written {
  readonly rows: number;
  readonly updated: number;
  /** Updates that touch no index. */
  readonly hot: number;
}

/**
 * With an indexed column among what changes, none would be. How many are also depends on who else holds a snapshot of
 * this server just then, and so keeps dead rows in the way.
 */
function assertHot(written: ReadonlyMap<string, Written>): void {
  const { updated, hot } = found(written.get("ownerships"));
  assert.ok(hot >= 0.5 * updated, `${hot} of ${updated} were HOT`);
}

/** A store of one connection, because what a connection has done is counted when that connection says so. */
class RowProbe implements AsyncDisposable {
  readonly provider: PostgresProvider;
  readonly node: TestNode;
  readonly #pool: pg.Pool;
  readonly #schema: string;

  static async open(schema: PostgresSchema): Promise<RowProbe> {
    const pool = schema.newPool({ max: 1 });
    const provider = await PostgresProvider.open(pool, { schema: schema.schema, listen: false });
    return new RowProbe({ pool, provider, node: await openNode(provider), schema: schema.schema });
  }

  private constructor(opened: {
    readonly pool: pg.Pool;
    readonly provider: PostgresProvider;
    readonly node: TestNode;
    readonly schema: string;
  }) {
    this.#pool = opened.pool;
    this.#schema = opened.schema;
    this.provider = opened.provider;
    this.node = opened.node;
  }

  /** What `run` writes to each table, where it writes anything. */
  async written(run: () => Promise<void>): Promise<Map<string, Written>> {
    const before = await this.#read();
    await run();
    const written = new Map<string, Written>();
    for (const [table, now] of await this.#read()) {
      const { rows, updated, hot } = before.get(table) ?? { rows: 0, updated: 0, hot: 0 };
      const since = { rows: now.rows - rows, updated: now.updated - updated, hot: now.hot - hot };
      if (since.rows > 0) written.set(table, since);
    }
    return written;
  }

  async #read(): Promise<Map<string, Written>> {
    await this.#pool.query("SELECT pg_stat_force_next_flush()");
    const { rows } = await this.#pool.query<Record<"table" | keyof Written, string>>(
      `SELECT relname AS table, n_tup_ins + n_tup_upd + n_tup_del AS rows, n_tup_upd AS updated, n_tup_hot_upd AS hot
         FROM pg_stat_user_tables WHERE schemaname = $1`,
      [this.#schema],
    );
    return new Map(
      rows.map(({ table, rows: all, updated, hot }) => [
        table,
        { rows: Number(all), updated: Number(updated), hot: Number(hot) },
      ]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.provider.close();
    await this.#pool.end();
  }
}
