import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PostgresTransaction } from "../../src/providers/postgres/index.ts";
import { fenceOf, found, message, Scene, turnAfter, turnOf, workItem } from "../../src/providers/conformance/scene.ts";
import { checkCarriedWork } from "./carried-work.ts";
import { openPostgresSchema } from "./postgres-clock.ts";

describe("PostgreSQL", () =>
  checkCarriedWork(async (clock) => {
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
  }));

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
