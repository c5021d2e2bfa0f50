import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FetchedInstance, Wake } from "../../src/providers/contract.ts";
import { found, newInstance, TestNode, turnOf, workItem } from "../../src/providers/conformance/scene.ts";
import { borrowSchema, giveBackSchema } from "../support/borrowed-schemas.ts";

// A claim reads its node's lease, and then takes a while. If the lease ends meanwhile, whoever takes over what the node
// owned cannot see what is just being claimed in its name.

const options = { leaseMs: 600_000, handlers: ["order@1"], activities: ["charge"] };

describe("a claim on PostgreSQL that is committed after its node's lease was taken over", () => {
  test("leaves no instance to a node that is gone", () =>
    withLateClaim("fetch_instances($1, ARRAY[':order@1'], ARRAY[0]::bigint[], 0, '{}', 1, 3, 5, NULL, 10)", {
      prepare: () => Promise.resolve(),
      take: async (heir) => (await heir.fetchIds()).filter((id) => id === "a").length,
    }));

  test("leaves no work item to a node that is gone", () =>
    withLateClaim("fetch_work($1, 'default', ARRAY['charge'], ARRAY[0]::bigint[], 1, 2, 1)", {
      prepare: async (heir, instance) => {
        await heir.commitOne(turnOf(instance, 1, { work: [workItem("a")] }));
      },
      take: async (heir) => (await heir.fetchWork()).items.length,
    }));
});

async function withLateClaim(
  claim: string,
  {
    prepare,
    take,
  }: {
    readonly prepare: (heir: TestNode, instance: FetchedInstance) => Promise<void>;
    readonly take: (heir: TestNode) => Promise<number>;
  },
): Promise<void> {
  const schema = await borrowSchema();
  const provider = await schema.open({ listen: false });
  const late = await schema.pool.connect();
  try {
    const heir = new TestNode(provider, options);
    await heir.openLease();
    const lost = new TestNode(provider, options);
    await lost.openLease();
    await provider.createInstances([newInstance("another")]);
    await prepare(heir, found((await heir.fetch()).instances[0]));
    await provider.createInstances([newInstance("a")]);

    await late.query(`BEGIN; SET LOCAL search_path = ${schema.schema}`);
    await late.query(`SELECT * FROM ${claim}`, [lost.nodeId]);
    await schema.query("UPDATE nodes SET lease_until = 0 WHERE node_id = $1", [lost.nodeId]);
    await heir.renewLease();
    assert.deepEqual(
      (await provider.listNodes()).nodes.map(({ nodeId }) => nodeId),
      [heir.nodeId],
    );
    await late.query("COMMIT");
    assert.equal(await take(heir), 0, "it is still in the name of the one that is gone");

    const woken = new Promise<Wake>((resolve) => void provider.subscribe(resolve));
    await heir.renewLease();
    assert.deepEqual([(await woken).instances, (await woken).work], [true, true], "somebody has to look");
    assert.equal(await take(heir), 1);
    await heir.renewLease();
    assert.equal((await lost.renewLease()).held, false);
  } finally {
    late.release(true);
    await provider.close();
    giveBackSchema(schema);
  }
}
