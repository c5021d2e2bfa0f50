import assert from "node:assert/strict";
import type { NewInstance } from "../contract.ts";
import { section } from "./check.ts";
import {
  bodies,
  committed,
  ended,
  fenceOf,
  found,
  message,
  newInstance,
  timer,
  turnAfter,
  turnOf,
  workItem,
} from "./scene.ts";

export const deletion = section("deletion", (check) => {
  check("X1", "an ended instance is deleted with all that it left, and its id can be used again", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    committed(await node.commitOne(turnOf(owned, 2, ended("completed"))));
    const { runId } = found(await scene.provider.readInstance("a"));
    const request = { instanceId: "a", runId, force: false, notify: message("a", "x") };
    assert.deepEqual(await scene.provider.deleteInstance(request), { status: "deleted", instanceIds: ["a"] });
    assert.deepEqual(await scene.provider.deleteInstance(request), { status: "unknown" });
    assert.equal(await scene.provider.readInstance("a"), null);
    assert.equal(await scene.provider.readHistory("a"), null);
    const again = await scene.claimed(node, "a");
    assert.notEqual(again.ref, owned.ref, "a ref is never used again");
    assert.deepEqual(again.history, []);
  });

  check("X2", "an instance that has not ended is deleted only by force, with all it has", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { work: [workItem("w1"), workItem("w2")], timers: [timer(1, scene.clock.now)] });
    const { work } = await node.commit([turn], { claimWork: node.slots(1) });
    await scene.provider.enqueue([message("a", "m1")]);
    const { runId } = found(await scene.provider.readInstance("a"));
    const request = { instanceId: "a", runId, notify: null };
    const running = await scene.provider.deleteInstance({ ...request, force: false });
    assert.deepEqual(running, { status: "running", instanceId: "a" });
    assert.equal((await scene.provider.deleteInstance({ ...request, force: true })).status, "deleted");
    assert.deepEqual((await node.fetchWork()).items, []);
    assert.deepEqual(await node.lostOf(work), [{ id: "w1", delivery: 1 }]);
    assert.equal((await scene.provider.fireTimers({ partitions: [0], limit: 9 })).fired, 0);
    assert.deepEqual(await node.fetchIds(), []);
  });

  check("X3", "no late commit brings a deleted instance back", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { work: [workItem("w1")] });
    const { work } = await node.commit([turn], { claimWork: node.slots(1) });
    const { runId } = found(await scene.provider.readInstance("a"));
    await scene.provider.deleteInstance({ instanceId: "a", runId, force: true, notify: null });
    const [successor] = await scene.start("a");
    const fence = fenceOf(found(work[0]));
    const late = await node.commit([turnAfter(turn, 1, { ackedWork: [fence] }), turn], {
      results: [{ ...fence, kind: "complete", message: message("a", "late") }],
    });
    assert.deepEqual(
      late.turns.map(({ status }) => status),
      ["fenced", "fenced"],
    );
    assert.deepEqual(late.results, ["fenced"]);
    assert.equal((await scene.provider.readInstance("a"))?.runId, found(successor).runId);
    assert.deepEqual(bodies((await node.fetch()).instances[0]), ["start a"]);
  });

  check("X4", "children and their children are deleted too, and nobody else", async (scene) => {
    const root = newInstance("root");
    const child = newInstance("child", { parent: linkTo(root) });
    const grandchild = newInstance("grandchild", { parent: linkTo(child) });
    const foreign = newInstance("foreign", { parent: { ...linkTo(root), runId: "earlier" } });
    await scene.provider.createInstances([root, child, grandchild, foreign, newInstance("other")]);
    const request = { instanceId: "root", runId: root.runId, notify: null };
    const running = await scene.provider.deleteInstance({ ...request, force: false });
    assert.deepEqual(running, { status: "running", instanceId: "root" });
    const deleted = await scene.provider.deleteInstance({ ...request, force: true });
    assert.deepEqual(deleted, { status: "deleted", instanceIds: ["root", "child", "grandchild"] });
    const { instances } = await scene.provider.listInstances({
      statuses: null,
      name: null,
      quarantined: null,
      limit: 9,
      cursor: null,
    });
    assert.deepEqual(
      instances.map(({ instanceId }) => instanceId),
      ["other", "foreign"],
    );
  });

  check("X5", "an ended instance with a child that has not ended is not deleted without force", async (scene) => {
    const node = await scene.node();
    const root = newInstance("root");
    await scene.provider.createInstances([root]);
    const owned = found((await node.fetch()).instances[0]);
    committed(await node.commitOne(turnOf(owned, 1, ended("completed"))));
    await scene.provider.createInstances([newInstance("child", { parent: linkTo(root) })]);
    const request = { instanceId: "root", runId: root.runId, force: false, notify: null };
    assert.deepEqual(await scene.provider.deleteInstance(request), { status: "running", instanceId: "child" });
  });

  check("X6", "a parent is told of the deletion in the same commit, unless the instance had ended", async (scene) => {
    const node = await scene.node();
    const [a, b] = await scene.start("a", "b", "parent");
    const { instances } = await node.fetch();
    committed(await node.commitOne(turnOf(found(instances[1]), 1, ended("completed"))));
    const deletion = { force: true, notify: message("parent", "deleted") };
    await scene.provider.deleteInstance({ ...deletion, instanceId: "a", runId: found(a).runId });
    await scene.provider.deleteInstance({ ...deletion, instanceId: "b", runId: found(b).runId });
    const parent = (await node.fetch()).instances.find(({ instanceId }) => instanceId === "parent");
    assert.deepEqual(bodies(parent), ["start parent", "deleted"]);
  });

  check("X7", "another run under the same id is unknown", async (scene) => {
    await scene.start("a");
    const request = { instanceId: "a", runId: "another", force: true, notify: null };
    assert.deepEqual(await scene.provider.deleteInstance(request), { status: "unknown" });
    assert.notEqual(await scene.provider.readInstance("a"), null);
  });

  check("X8", "deletion removes the state: a later instance with the id begins without", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const state = [{ key: "k", payload: "1" }];
    committed(await node.commitOne(turnOf(owned, 1, { ...ended("completed"), state })));
    const { runId } = found(await scene.provider.readInstance("a"));
    await scene.provider.deleteInstance({ instanceId: "a", runId, force: false, notify: null });
    assert.equal(await scene.provider.readState("a"), null);
    await scene.start("a");
    assert.deepEqual(await scene.provider.readState("a"), []);
  });

  check("X9", "a message to a deleted instance is to nobody, also from a turn of the same time", async (scene) => {
    const node = await scene.node();
    const [victim] = await scene.start("victim", "a");
    const [, a] = (await node.fetch()).instances;
    const request = { instanceId: "victim", runId: found(victim).runId, force: true, notify: null };
    const [, answer] = await Promise.all([
      scene.provider.deleteInstance(request),
      node.commitOne(turnOf(found(a), 1, { messages: [message("victim", "m1")] })),
    ]);
    committed(answer);
    assert.deepEqual(await scene.provider.enqueue([message("victim", "m2")]), ["unknown"]);
    await scene.start("victim");
    const again = (await node.fetch()).instances.find(({ instanceId }) => instanceId === "victim");
    assert.deepEqual(bodies(again), ["start victim"]);
  });
});

const linkTo = ({ instanceId, runId }: NewInstance) => ({ instanceId, runId, executionId: 1, eventId: 1 });
