import assert from "node:assert/strict";
import { InvalidArgumentError } from "../../errors/index.ts";
import type { CompleteWork, Transactions, WorkCompletion, WorkItem } from "../contract.ts";
import { section } from "./check.ts";
import {
  bodies,
  committed,
  fenceOf,
  found,
  message,
  newInstance,
  type Scene,
  type TestNode,
  turnOf,
  workItem,
} from "./scene.ts";

/** Of stores that have transactions to share; for the others there is nothing to check. */
export const transactions = section("transactions", (check) => {
  check("TX1", "a body's delivery ends with its transaction: the item is gone and its message queued, once", (scene) =>
    onDelivery(scene, async ({ complete, node }) => {
      assert.deepEqual(await complete(), { status: "committed" });
      assert.deepEqual(await complete(), { status: "fenced" });
      assert.deepEqual((await node.fetch()).instances.flatMap(bodies), ["done"]);
      assert.deepEqual((await node.fetchWork()).items, []);
    }),
  );

  check("TX2", "a body that throws leaves nothing, and its delivery goes on", (scene) =>
    onDelivery(scene, async ({ complete, node, item, store }) => {
      const failure = new Error("no");
      const failed = complete({
        run: (transaction) => {
          const started = store.createInstances(transaction, [newInstance("b")]);
          const fail = () => {
            throw failure;
          };
          return started instanceof Promise ? started.then(fail) : fail();
        },
      });
      assert.deepEqual(await failed, { status: "failed", error: failure });
      assert.equal(await scene.provider.readInstance("b"), null);
      assert.deepEqual((await node.fetch()).instances.flatMap(bodies), []);
      assert.equal(await scene.provider.heartbeatWork(node.nodeId, fenceOf(item), null), true);
      assert.deepEqual(await complete(), { status: "committed" });
    }),
  );

  check("TX3", "a delivery that no longer holds commits nothing of its body", (scene) =>
    onDelivery(scene, async ({ complete, node, item }) => {
      await node.commit([], { results: [{ ...fenceOf(item), kind: "abandon" }] });
      assert.deepEqual(await complete(), { status: "fenced" });
      const again = found((await node.fetchWork()).items[0]);
      assert.deepEqual(await complete(), { status: "fenced" });
      assert.deepEqual(await complete({ fence: fenceOf(again) }), { status: "committed" });
    }),
  );

  check("TX4", "without its lease a node commits no body", (scene) =>
    onDelivery(scene, async ({ complete, node }) => {
      scene.clock.advance(node.lease.durationMs);
      assert.deepEqual(await complete(), { status: "fenced" });
      assert.deepEqual(await complete({ nodeId: "nobody" }), { status: "fenced" });
    }),
  );

  check("TX5", "an instance started in a transaction is there with its commit, and others hear of it", (scene) =>
    onDelivery(scene, async ({ complete, node, store }) => {
      const heard = Promise.withResolvers<void>();
      const unsubscribe = scene.provider.subscribe(({ instances }) => void (instances && heard.resolve()));
      const start = newInstance("b");
      const end = await complete({
        run: (transaction) => {
          const started = store.createInstances(transaction, [start, newInstance("a")]);
          const answer = (created: Awaited<typeof started>) => {
            assert.deepEqual(
              created.map((one) => one.created),
              [true, false],
            );
            return message("a", "done");
          };
          return started instanceof Promise ? started.then(answer) : answer(started);
        },
      });
      assert.deepEqual(end, { status: "committed" });
      await heard.promise;
      unsubscribe();
      assert.equal((await scene.provider.readInstance("b"))?.runId, start.runId);
      assert.ok((await node.fetch()).instances.some(({ instanceId }) => instanceId === "b"));
    }),
  );

  check("TX6", "what is no transaction, or is over, is refused", (scene) =>
    onDelivery(scene, async ({ complete, store }) => {
      let over: unknown;
      await complete({
        run: (transaction) => {
          over = transaction;
          return message("a", "done");
        },
      });
      for (const wrong of [over, undefined, null, 1, "BEGIN", {}, []]) {
        const start = async () => await store.createInstances(wrong, [newInstance("b")]);
        await assert.rejects(start(), InvalidArgumentError);
      }
      assert.equal(await scene.provider.readInstance("b"), null);
    }),
  );

  check("TX7", "a body that nobody waits for any more commits nothing", (scene) =>
    onDelivery(scene, async ({ complete, store }) => {
      assert.deepEqual(await complete({ signal: AbortSignal.abort() }), { status: "fenced" });
      if (store.style === "synchronous") return;
      const abort = new AbortController();
      const end = complete({
        signal: abort.signal,
        run: () => {
          abort.abort();
          return new Promise(() => undefined);
        },
      });
      assert.deepEqual(await end, { status: "fenced" });
      assert.deepEqual(await complete(), { status: "committed" });
    }),
  );
});

interface Delivery {
  readonly node: TestNode;
  readonly item: WorkItem;
  readonly store: Transactions;
  readonly complete: (request?: Partial<CompleteWork>) => Promise<WorkCompletion>;
}

async function onDelivery(scene: Scene, run: (delivery: Delivery) => Promise<void>): Promise<void> {
  const store = scene.provider.transactions;
  if (store === undefined) return;
  const node = await scene.node();
  const instance = await scene.claimed(node, "a");
  const ackedMessages = instance.messages.map(({ token }) => token);
  committed((await node.commit([turnOf(instance, 1, { ackedMessages, work: [workItem("w1")] })])).turns[0]);
  const item = found((await node.fetchWork()).items[0]);
  const standard = { nodeId: node.nodeId, fence: fenceOf(item), signal: new AbortController().signal };
  const complete: Delivery["complete"] = (request) =>
    store.completeWork({ ...standard, run: () => message("a", "done"), ...request });
  await run({ node, item, store, complete });
}
