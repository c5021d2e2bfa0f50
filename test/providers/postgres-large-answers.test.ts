import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  fenceOf,
  found,
  message,
  newInstance,
  TestNode,
  turnAfter,
  turnOf,
  workItem,
} from "../../src/providers/conformance/scene.ts";
import type { Wake } from "../../src/providers/contract.ts";
import { borrowSchema, giveBackSchema } from "../support/borrowed-schemas.ts";
import type { PostgresProvider } from "../../src/providers/postgres/index.ts";

const megabyte = JSON.stringify("x".repeat(1024 * 1024));
const count = 24;

describe("PostgreSQL, where more waits than one answer can carry", () => {
  test("instances are handed out a part at a time, each of them once, and without a claim that counts", () =>
    onNode(async (node, provider) => {
      const ids = Array.from({ length: count }, (_, index) => `i${index}`);
      await provider.createInstances(ids.map((id) => newInstance(id)));
      const { instances } = await node.fetch();
      await node.commit(instances.map((owned) => withPayload(turnOf(owned, 1, { release: true }))));
      await provider.enqueue(ids.map((id) => message(id, "m")));
      const seen: string[] = [];
      for (let fetches = 1; seen.length < count; fetches += 1) {
        const fetched = await node.fetch();
        assert.ok(fetched.instances.length > 0 && fetched.instances.length < 20, `${fetched.instances.length}`);
        assert.ok(fetched.instances.every(({ claims, history }) => claims === 1 && history?.length === 1));
        seen.push(...fetched.instances.map(({ instanceId }) => instanceId));
        if (fetches === 1) assert.ok(isDue(fetched.nextAvailableAt, fetched));
        await node.commit(fetched.instances.map((owned) => turnOf(owned, 1)));
      }
      assert.deepEqual(seen.toSorted(), ids.toSorted());
    }));

  test("messages are, and what does not come with the answer to a commit is to be fetched", () =>
    onNode(async (node, provider) => {
      await provider.createInstances([newInstance("a"), newInstance("b")]);
      const [a, b] = (await node.fetch()).instances.map((owned) => turnOf(owned, 1));
      const first = { ...found(a), work: [workItem("w1")] };
      const { work } = await node.commit([first, found(b)], { claimWork: node.slots(1) });
      for (let n = 0; n < count; n += 1) await provider.enqueue([{ ...message("a", `a${n}`), payload: megabyte }]);
      await provider.enqueue([{ ...message("b", "b0"), payload: megabyte }]);
      const wakes: Wake[] = [];
      provider.subscribe((wake) => {
        // Without LISTEN, anything may have changed every second.
        if (wake.changed !== null) wakes.push(wake);
      });
      const { turns } = await node.commit([turnAfter(found(a), 1), turnAfter(found(b), 1)]);
      const [ofA, ofB] = turns.map((turn) => (turn.status === "committed" ? turn.messages.length : -1));
      assert.ok(ofA !== undefined && ofA > 0 && ofA < 20, `${ofA} messages`);
      assert.equal(ofB, 0);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(wakes[0]?.instances, true);
      const again = await node.fetch({ busy: [found(a).ref] });
      assert.deepEqual(
        again.instances.map(({ instanceId, messages }) => [instanceId, messages.length]),
        [["b", 1]],
      );
      await new Promise((resolve) => setImmediate(resolve));
      wakes.length = 0;
      const fused = turnAfter(turnAfter(first, 1), 1, { ackedWork: work.map(fenceOf) });
      const [alone] = (await node.commit([fused])).turns;
      assert.ok(alone?.status === "committed" && alone.messages.length > 0 && alone.messages.length < 20);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(wakes[0]?.instances, true);
    }));

  test("work is, and all of it in the end", () =>
    onNode(async (node, provider) => {
      await provider.createInstances([newInstance("a")]);
      const owned = found((await node.fetch()).instances[0]);
      const work = Array.from({ length: count }, (_, index) => workItem(`w${index}`, { payload: megabyte }));
      await node.commit([turnOf(owned, count, { work })]);
      const first = await node.fetchWork();
      assert.ok(first.items.length > 0 && first.items.length < 20, `${first.items.length}`);
      assert.ok(isDue(first.nextVisibleAt, first));
      const second = await node.fetchWork();
      const ids = [...first.items, ...second.items].map(({ id }) => id);
      assert.deepEqual(
        ids,
        work.map(({ id }) => id),
      );
      assert.equal(second.nextVisibleAt, null);
    }));

  test("a batch that is too large for one statement is sent in parts", () =>
    onNode(async (node, provider) => {
      const ids = Array.from({ length: 40 }, (_, index) => `i${index}`);
      await provider.createInstances(ids.map((id) => newInstance(id)));
      const { instances } = await node.fetch();
      const { turns } = await node.commit(instances.map((owned) => withPayload(turnOf(owned, 1))));
      assert.deepEqual(new Set(turns.map(({ status }) => status)), new Set(["committed"]));
    }));
});

/** Where the server's clock was set back a little, its store's time waits until that has caught up. */
const isDue = (at: number | null, { storeNow }: { readonly storeNow: number }): boolean =>
  at !== null && at <= storeNow;

function withPayload(turn: ReturnType<typeof turnOf>) {
  return { ...turn, events: turn.events.map((event) => ({ ...event, payload: megabyte })) };
}

async function onNode(run: (node: TestNode, provider: PostgresProvider) => Promise<void>): Promise<void> {
  const schema = await borrowSchema();
  {
    await using provider = await schema.open({ listen: false });
    const node = new TestNode(provider, { leaseMs: 60_000, handlers: ["order@1"], activities: ["charge"] });
    await node.openLease();
    await run(node, provider);
  }
  giveBackSchema(schema);
}
