import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StorageError } from "../../src/errors/index.ts";
import { PostgresProvider, type PostgresTransaction } from "../../src/providers/postgres/index.ts";
import type { PostgresSchema } from "../support/postgres-schema.ts";
import type { TurnCommit, WorkFence } from "../../src/providers/contract.ts";
import {
  committed,
  fenceOf,
  found,
  message,
  Scene,
  type TestNode,
  turnAfter,
  turnOf,
  workItem,
} from "../../src/providers/conformance/scene.ts";
import { checkCarriedWork } from "./carried-work.ts";
import { openPostgresSchema } from "./postgres-clock.ts";

describe("PostgreSQL", () =>
  checkCarriedWork(
    async (clock) => {
      const store = await openPostgresSchema(clock);
      return {
        ...store,
        carried: async () => {
          const [row] = await store.schema.query<{ id: string | null }>(
            "SELECT carried_id AS id FROM ownerships WHERE carried_id IS NOT NULL",
          );
          return row?.id ?? null;
        },
      };
    },
    { hasOtherWayAlone: true },
  ));

interface Carrying {
  readonly scene: Scene;
  readonly node: TestNode;
  readonly turn: TurnCommit;
  readonly fence: WorkFence;
}

/** Each gives the turn that was committed last. */
const emptied: Record<string, (world: Carrying) => Promise<TurnCommit>> = {
  "it has ended in a turn": async ({ node, turn, fence }) => {
    const after = turnAfter(turn, 1, { ackedWork: [fence] });
    committed(await node.commitOne(after));
    return after;
  },
  "it has ended in a turn of which there was a doubt": async ({ node, turn, fence }) => {
    const after = turnAfter(turn, 1, { ackedWork: [fence] });
    const foreign = { ...turn, ref: 999_999, turnId: "foreign" };
    committed((await node.commit([after, foreign])).turns[0]);
    return after;
  },
  "it was to be tried again": async ({ node, turn, fence }) => {
    await node.commit([], { results: [{ ...fence, kind: "retry", delayMs: 0, note: null }] });
    const after = turnAfter(turn, 1, { ackedWork: [fenceOf(found((await node.fetchWork()).items[0]))] });
    committed(await node.commitOne(after));
    return after;
  },
  "its heart has beaten": async ({ node, turn, fence }) => {
    assert.ok(await node.provider.heartbeatWork(node.nodeId, fence, "half"));
    const after = turnAfter(turn, 1, { ackedWork: [fence] });
    committed(await node.commitOne(after));
    return after;
  },
  "its owner has begun anew": async ({ scene, node, turn }) => {
    await node.provider.closeLease(node.nodeId);
    await node.openLease();
    return await claimedAgain(scene, node, turn);
  },
  "it was completed in a transaction": async ({ node, turn, fence }) => {
    const signal = new AbortController().signal;
    const run = () => message("a", "done");
    await found(node.provider.transactions).completeWork({ nodeId: node.nodeId, fence, signal, run });
    return turn;
  },
  "its instance was released": async ({ scene, node, turn }) => {
    await node.provider.releaseInstances(node.nodeId, [turn]);
    return await claimedAgain(scene, node, turn);
  },
  "nobody knew of its instance": async ({ scene, node, turn }) => {
    await node.provider.releaseAllExcept(node.nodeId, { instances: [], work: [] });
    return await claimedAgain(scene, node, turn);
  },
};

async function claimedAgain(scene: Scene, node: TestNode, turn: TurnCommit): Promise<TurnCommit> {
  await scene.provider.enqueue([message("a", "m1")]);
  return { ...turn, epoch: found((await node.fetch()).instances[0]).epoch };
}

for (const [what, empty] of Object.entries(emptied)) {
  test(`what follows an item is carried, too, when ${what}`, async () => {
    await using scene = await Scene.open(openPostgresSchema);
    const node = await scene.node();
    const options = { claimWork: node.slots(2) };
    const turn = turnOf(await scene.claimed(node, "a"), 1, { work: [workItem("w1")] });
    const { work } = await node.commit([turn], options);
    const last = await empty({ scene, node, turn, fence: fenceOf(found(work[0])) });
    const next = await node.commit([turnAfter(last, 1, { work: [workItem("w2")] })], options);
    assert.notEqual(found(next.work[0]).instance, undefined);
  });
}

test("a transaction that cannot begin leaves its connection as it was", async () => {
  let schema: PostgresSchema | undefined;
  await using scene = await Scene.open(async (clock) => {
    const store = await openPostgresSchema(clock);
    schema = store.schema;
    return store;
  });
  const node = await scene.node();
  const turn = turnOf(await scene.claimed(node, "a"), 1, { work: [workItem("w1")] });
  const { work } = await node.commit([turn], { claimWork: node.slots(1) });
  const pool = found(schema).newPool({ max: 1, options: "-c lock_timeout=50" });
  const provider = await PostgresProvider.open(pool, { schema: found(schema).schema, listen: false });
  const [signal, run] = [new AbortController().signal, () => message("a", "done")];
  const complete = () =>
    found(provider.transactions).completeWork({ nodeId: node.nodeId, fence: fenceOf(found(work[0])), signal, run });
  const foreign = await found(schema).pool.connect();
  await foreign.query(`BEGIN; SELECT FROM ${found(schema).schema}.ownerships FOR UPDATE`);
  await assert.rejects(complete(), StorageError);
  await foreign.query("ROLLBACK");
  foreign.release();
  assert.deepEqual(await complete(), { status: "committed" });
  await provider.close();
  await pool.end();
});

test("an instance may go on while the transaction of what it carries sees one moment only", async () => {
  await using scene = await Scene.open(openPostgresSchema);
  const node = await scene.node();
  const owned = await scene.claimed(node, "a");
  const turn = turnOf(owned, 1, { work: [workItem("w1")] });
  const { work } = await node.commit([turn], { claimWork: node.slots(1) });
  let runs = 0;
  const end = await found(node.provider.transactions).completeWork({
    nodeId: node.nodeId,
    fence: fenceOf(found(work[0])),
    signal: new AbortController().signal,
    run: async (tx) => {
      runs += 1;
      const query = (text: string) => (tx as PostgresTransaction).query(text);
      await query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      await query("SELECT 1");
      assert.equal((await node.commitOne(turnAfter(turn, 1))).status, "committed");
      return message("a", "done");
    },
  });
  assert.deepEqual([end, runs], [{ status: "committed" }, 1]);
});
