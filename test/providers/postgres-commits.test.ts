import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PostgresProvider } from "../../src/providers/postgres/index.ts";
import type { FetchedInstance, TurnCommit, TurnOutcome } from "../../src/providers/contract.ts";
import { borrowSchema, giveBackSchema } from "../support/borrowed-schemas.ts";
import type { PostgresSchema } from "../support/postgres-schema.ts";
import {
  committed,
  fenceOf,
  found,
  message,
  newInstance,
  type TestNode,
  turnAfter,
  turnOf,
  workItem,
} from "../../src/providers/conformance/scene.ts";
import { openNode, upTo } from "./postgres-node.ts";

describe("PostgreSQL commits", () => {
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
