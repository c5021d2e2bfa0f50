import assert from "node:assert/strict";
import type { InstanceStatus, NewInstance } from "../contract.ts";
import { section } from "./check.ts";
import { committed, ended, found, newInstance, turnAfter, turnOf } from "./scene.ts";

export const retention = section("retention", (check) => {
  check("Z1", "old executions are pruned; the current one never is", async (scene) => {
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

  check("Z2", "retention removes whole families of which all ended before then, up to the limit", async (scene) => {
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
    assert.deepEqual(await prune(1, ["failed", "completed"]), ["p4", "child of p4"], "in the order of `statuses`");
    assert.deepEqual(await prune(1, ["failed", "completed"]), ["p2", "child of p2"]);
    assert.deepEqual(await prune(9, ["completed", "failed", "pending", "running"], -1), []);
    assert.equal((await scene.provider.readInstance("p5"))?.status, "pending");
    assert.equal(await scene.provider.readHistory("p1"), null);
  });

  check("Z3", "retention leaves alone what has not ended, and what was started by somebody else", async (scene) => {
    const node = await scene.node();
    const parent = newInstance("parent");
    const child = newInstance("child", { parent: linkTo(parent) });
    await scene.provider.createInstances([parent, child, newInstance("pending")]);
    const owned = (await node.fetch()).instances.find(({ instanceId }) => instanceId === "child");
    committed(await node.commitOne(turnOf(found(owned), 1, ended("completed"))));
    scene.clock.advance(60_000);
    const statuses = ["completed", "failed", "cancelled", "terminated"] as const;
    const pruned = await scene.provider.pruneInstances({ statuses, endedBefore: scene.clock.now, limit: 9 });
    assert.deepEqual(pruned, [], "a child goes with its parent");
    for (const id of ["parent", "child", "pending"]) assert.notEqual(await scene.provider.readInstance(id), null);
  });
});

const linkTo = ({ instanceId, runId }: NewInstance) => ({ instanceId, runId, executionId: 1, eventId: 1 });
