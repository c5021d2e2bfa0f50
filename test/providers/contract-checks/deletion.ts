import assert from "node:assert/strict";
import { test } from "node:test";
import type { InstanceStatus, NewInstance } from "../../../src/providers/contract.ts";
import {
  bodies,
  committed,
  ended,
  fenceOf,
  found,
  message,
  newInstance,
  type OpenStore,
  Scene,
  timer,
  turnAfter,
  turnOf,
  workItem,
} from "./scene.ts";

export function checkDeletion(open: OpenStore): void {
  test("X1 an ended instance is deleted with all that it left, and its id can be used again", async () => {
    await using scene = await Scene.open(open);
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

  test("X2 an instance that has not ended is deleted only by force, with its work, timers and messages", async () => {
    await using scene = await Scene.open(open);
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
    assert.deepEqual(await scene.provider.findLostWork(node.nodeId, work.map(fenceOf)), ["w1"]);
    assert.equal((await scene.provider.fireTimers({ partitions: [0], limit: 9 })).fired, 0);
    assert.deepEqual(await node.fetchIds(), []);
  });

  test("X3 no late commit brings a deleted instance back", async () => {
    await using scene = await Scene.open(open);
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

  test("X4 children and their children go too, whatever their number; those of another run, and others, stay", async () => {
    await using scene = await Scene.open(open);
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

  test("X5 an ended instance with a child that has not ended is not deleted without force", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    const root = newInstance("root");
    await scene.provider.createInstances([root]);
    const owned = found((await node.fetch()).instances[0]);
    committed(await node.commitOne(turnOf(owned, 1, ended("completed"))));
    await scene.provider.createInstances([newInstance("child", { parent: linkTo(root) })]);
    const request = { instanceId: "root", runId: root.runId, force: false, notify: null };
    assert.deepEqual(await scene.provider.deleteInstance(request), { status: "running", instanceId: "child" });
  });

  test("X6 a parent is told of the deletion in the same commit, unless the instance had ended", async () => {
    await using scene = await Scene.open(open);
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

  test("X7 another run under the same id is unknown", async () => {
    await using scene = await Scene.open(open);
    await scene.start("a");
    const request = { instanceId: "a", runId: "another", force: true, notify: null };
    assert.deepEqual(await scene.provider.deleteInstance(request), { status: "unknown" });
    assert.notEqual(await scene.provider.readInstance("a"), null);
  });

  test("X8 old executions are pruned; the current one never is", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    let turn = turnOf(await scene.claimed(node, "a"), 2, { nextExecutionId: 2 });
    const { events } = turn;
    committed(await node.commitOne(turn));
    for (const executionId of [2, 3]) {
      turn = { ...turnAfter(turn, 0), executionId, lastEventId: 0, events, nextExecutionId: executionId + 1 };
      committed(await node.commitOne(turn));
    }
    const executions = async () => (await scene.provider.listExecutions("a")).map(({ executionId }) => executionId);
    const prune = (keep: number) => scene.provider.pruneExecutions({ instanceId: "a", keep });
    assert.deepEqual(await executions(), [1, 2, 3]);
    assert.equal(await prune(9), 0);
    assert.equal(await prune(2), 2);
    assert.deepEqual(await executions(), [3], "the newest two are this one and the current one, still empty");
    turn = { ...turnAfter(turn, 0), executionId: 4, lastEventId: 0, events, nextExecutionId: null };
    committed(await node.commitOne(turn));
    assert.equal(await prune(0), 1);
    assert.deepEqual(await executions(), [4]);
    assert.equal(await scene.provider.pruneExecutions({ instanceId: "b", keep: 1 }), 0);
  });

  test("X9 retention removes whole families of which all ended before then, up to the limit", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node({ leaseMs: 600_000 });
    const parents = ["p1", "p2", "p3", "p4", "p5"].map((id) => newInstance(id));
    const children = parents.map((parent) => newInstance(`child of ${parent.instanceId}`, { parent: linkTo(parent) }));
    await scene.provider.createInstances([...parents, ...children]);
    const { instances } = await node.fetch();
    const end = async (status: "completed" | "failed", ...ids: string[]) => {
      const turns = instances.filter(({ instanceId }) => ids.includes(instanceId));
      await node.commit(turns.map((instance) => turnOf(instance, 1, ended(status))));
      scene.clock.advance(1_000);
    };
    await end("completed", "p1", "child of p1", "p2", "p3", "child of p3");
    await end("failed", "p4", "child of p4");
    await end("completed", "child of p2");
    const prune = (limit: number, statuses: InstanceStatus[] = ["completed"], ageMs = 500) =>
      scene.provider.pruneInstances({ statuses, endedBefore: scene.clock.now - ageMs, limit });
    assert.deepEqual(await prune(9, ["completed"], 5_000), []);
    assert.deepEqual(await prune(9, ["completed", "failed"], 2_500), ["p1", "child of p1", "p3", "child of p3"]);
    assert.deepEqual(await prune(9, ["completed"], 1_500), [], "the child of p2 has ended too lately");
    assert.deepEqual(await prune(1, ["failed", "completed"]), ["p4", "child of p4"]);
    assert.deepEqual(await prune(1, ["failed", "completed"]), ["p2", "child of p2"]);
    assert.deepEqual(await prune(9, ["completed", "failed", "pending", "running"], -1), []);
    assert.equal((await scene.provider.readInstance("p5"))?.status, "pending");
    assert.equal(await scene.provider.readHistory("p1"), null);
  });
}

const linkTo = ({ instanceId, runId }: NewInstance) => ({ instanceId, runId, executionId: 1, eventId: 1 });
