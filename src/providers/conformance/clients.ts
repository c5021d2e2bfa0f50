import assert from "node:assert/strict";
import { section } from "./check.ts";
import { bodies, committed, ended, eventsAfter, found, message, newInstance, turnAfter, turnOf } from "./scene.ts";

export const clients = section("clients", (check) => {
  check("R1", "a start inserts a pending instance and its message; a second one changes nothing", async (scene) => {
    const node = await scene.node();
    const parent = { instanceId: "p", runId: "r", executionId: 1, eventId: 3 };
    const start = newInstance("a", { parent, version: null });
    const { runId } = start;
    assert.deepEqual(await scene.provider.createInstances([start]), [{ created: true, runId }]);
    assert.deepEqual(await scene.provider.createInstances([start]), [{ created: true, runId }], "sent again");
    const rival = newInstance("a", { onConflict: message("a", "rival") });
    assert.deepEqual(await scene.provider.createInstances([rival]), [{ created: false, runId }]);
    assert.deepEqual(await scene.provider.readInstance("a"), {
      instanceId: "a",
      runId,
      name: "order",
      version: null,
      status: "pending",
      executionId: 1,
      parent,
      createdAt: scene.clock.now,
      updatedAt: scene.clock.now,
      customStatus: null,
      quarantine: null,
    });
    assert.deepEqual(bodies((await node.fetch()).instances[0]), ["start a", "rival"]);
  });

  check("R2", "of many starts under one id, one wins, and all hear of the same run", async (scene) => {
    const starts = Array.from({ length: 20 }, () => newInstance("a"));
    const answers = await Promise.all(starts.map((start) => scene.provider.createInstances([start])));
    assert.equal(answers.filter(([answer]) => answer?.created).length, 1);
    assert.equal(new Set(answers.map(([answer]) => answer?.runId)).size, 1);
  });

  check("R3", "a message is queued, or the sender hears why not, for each one", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "ended");
    committed(await node.commitOne(turnOf(owned, 1, ended("terminated"))));
    await scene.start("a");
    const answers = await scene.provider.enqueue(["a", "nobody", "ended", "a"].map((id) => message(id, "m")));
    assert.deepEqual(answers, ["queued", "unknown", "ended", "queued"]);
    assert.equal((await node.fetch()).instances[0]?.messages.length, 3);
  });

  check("R4", "what is unknown is null", async (scene) => {
    await scene.start("a");
    assert.equal(await scene.provider.readInstance("b"), null);
    assert.equal(await scene.provider.readHistory("b"), null);
    assert.equal(await scene.provider.readHistory("a", 2), null);
    assert.deepEqual(await scene.provider.readHistory("a"), []);
    assert.deepEqual(await scene.provider.readHistory("a", 1), []);
    assert.deepEqual(await scene.provider.listExecutions("a"), []);
    assert.deepEqual(await scene.provider.listExecutions("b"), []);
    assert.deepEqual(await scene.provider.listChildren("b", "r"), []);
  });

  check("R5", "updatedAt moves with status, execution and custom status, and nothing else", async (scene) => {
    const node = await scene.node({ leaseMs: 600_000 });
    const owned = await scene.claimed(node, "a");
    const updatedAt = async () => found(await scene.provider.readInstance("a")).updatedAt;
    const createdAt = await updatedAt();
    const projection = { status: null, version: null, handler: null, customStatus: null };
    let turn = turnOf(owned, 1, { projection: { ...projection, version: "2", handler: "order@2" } });
    scene.clock.advance(10);
    committed(await node.commitOne(turn));
    assert.equal(await updatedAt(), createdAt);
    for (const change of [
      { projection: { ...projection, status: "running" as const } },
      { projection: { ...projection, customStatus: "1" } },
      { nextExecutionId: 2 },
    ]) {
      scene.clock.advance(10);
      turn = turnAfter(turn, 1, { projection: null, ...change });
      committed(await node.commitOne(turn));
      assert.equal(await updatedAt(), scene.clock.now);
    }
    const { version, status, customStatus } = found(await scene.provider.readInstance("a"));
    assert.deepEqual([version, status, customStatus], ["2", "running", "1"]);
  });

  check("R6", "the children of a run are those that name it, ended ones as well", async (scene) => {
    const node = await scene.node();
    const parent = { instanceId: "p", runId: "r1", executionId: 1, eventId: 1 };
    await scene.provider.createInstances([
      newInstance("c1", { parent }),
      newInstance("c2", { parent: { ...parent, executionId: 2 } }),
      newInstance("c3", { parent: { ...parent, runId: "r2" } }),
      newInstance("c4", { parent }),
      newInstance("c5"),
    ]);
    const owned = (await node.fetch()).instances.find(({ instanceId }) => instanceId === "c4");
    committed(await node.commitOne(turnOf(found(owned), 1, ended("completed"))));
    const children = await scene.provider.listChildren("p", "r1");
    assert.deepEqual(
      children.map(({ instanceId }) => instanceId),
      ["c1", "c2", "c4"],
    );
  });

  check("R7", "the end of an instance is the last event of its last execution", async (scene) => {
    const node = await scene.node();
    const { provider } = scene;
    assert.equal(await provider.readProgress("a"), null);
    const owned = await scene.claimed(node, "a");
    const { runId } = owned;
    assert.deepEqual(await provider.readProgress("a"), { runId, status: "pending", executionId: 1, end: null });
    const first = turnOf(owned, 3, {
      nextExecutionId: 2,
      projection: { ...ended("failed").projection, status: "running" },
    });
    committed(await node.commitOne(first));
    assert.deepEqual(await provider.readProgress("a"), { runId, status: "running", executionId: 2, end: null });
    const next = { executionId: 2, nextExecutionId: null, lastEventId: 0, events: eventsAfter(0, 2) };
    const last = { ...turnAfter(first, 0, ended("failed")), ...next };
    committed(await node.commitOne(last));
    const end = last.events[1];
    assert.deepEqual(await provider.readProgress("a"), { runId, status: "failed", executionId: 2, end });
  });

  check("R8", "state is changed in the order of the changes, and outlives executions", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    assert.deepEqual(await scene.provider.readState("a"), []);
    assert.equal(await scene.provider.readState("b"), null);
    const turn = turnOf(owned, 1, {
      state: [
        { key: "b", payload: "1" },
        { key: "a", payload: "1" },
        { key: "c", payload: "1" },
        { key: "b", payload: "2" },
        { key: "c", payload: null },
        { key: "none", payload: null },
      ],
    });
    committed(await node.commitOne(turn));
    const fenced = turnAfter(turn, 1, { epoch: 9, state: [{ key: "a", payload: "fenced" }] });
    assert.equal((await node.commitOne(fenced)).status, "fenced");
    committed(await node.commitOne(turnAfter(turn, 1, { nextExecutionId: 2 })));
    const expected = [
      { key: "a", payload: "1" },
      { key: "b", payload: "2" },
    ];
    assert.deepEqual(await scene.provider.readState("a"), expected);
  });
});
