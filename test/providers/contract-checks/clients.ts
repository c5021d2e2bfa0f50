import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidArgumentError } from "../../../src/errors/index.ts";
import type { CountInstances, ListInstances } from "../../../src/providers/contract.ts";
import {
  bodies,
  committed,
  ended,
  found,
  message,
  newInstance,
  type OpenStore,
  Scene,
  turnAfter,
  turnOf,
} from "./scene.ts";

const everything: ListInstances = { statuses: null, name: null, quarantined: null, limit: 100, cursor: null };

export function checkClients(open: OpenStore): void {
  test("R1 a start inserts a pending instance with its start message; a second one under the id changes nothing", async () => {
    await using scene = await Scene.open(open);
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

  test("R2 of many starts under one id, one wins, and all hear of the same run", async () => {
    await using scene = await Scene.open(open);
    const starts = Array.from({ length: 20 }, () => newInstance("a"));
    const answers = await Promise.all(starts.map((start) => scene.provider.createInstances([start])));
    assert.equal(answers.filter(([answer]) => answer?.created).length, 1);
    assert.equal(new Set(answers.map(([answer]) => answer?.runId)).size, 1);
  });

  test("R3 a message is queued, or the sender hears why not, for each one", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    const owned = await scene.claimed(node, "ended");
    committed(await node.commitOne(turnOf(owned, 1, ended("terminated"))));
    await scene.start("a");
    const answers = await scene.provider.enqueue(["a", "nobody", "ended", "a"].map((id) => message(id, "m")));
    assert.deepEqual(answers, ["queued", "unknown", "ended", "queued"]);
    assert.equal((await node.fetch()).instances[0]?.messages.length, 3);
  });

  test("R4 what is unknown is null", async () => {
    await using scene = await Scene.open(open);
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

  test("R5 updatedAt moves with the status, the execution and the custom status, and with nothing else", async () => {
    await using scene = await Scene.open(open);
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

  test("R6 instances are listed newest first, in pages that new ones do not move", async () => {
    await using scene = await Scene.open(open);
    const ids = Array.from({ length: 7 }, (_, index) => `i${index}`);
    await scene.start(...ids);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await scene.provider.listInstances({ ...everything, limit: 3, cursor });
      seen.push(...page.instances.map(({ instanceId }) => instanceId));
      cursor = page.cursor;
      await scene.start(`new ${seen.length}`);
    } while (cursor !== null);
    assert.deepEqual(seen, ids.toReversed());
    assert.equal((await scene.provider.listInstances({ ...everything, limit: 10 })).cursor, null);
  });

  test("R7 instances are listed by status, name and quarantine, in any combination", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node({ handlers: ["order@1"] });
    for (const [index, name] of ["x", "y", "x", "y", "x", "y"].entries()) {
      await scene.provider.createInstances([newInstance(`i${index}`, { name })]);
    }
    const owned = (await node.fetch()).instances;
    await node.commit([
      turnOf(found(owned[0]), 1, ended("completed")),
      turnOf(found(owned[1]), 1, ended("failed")),
      turnOf(found(owned[2]), 1, { release: true, quarantine: "why" }),
      turnOf(found(owned[3]), 1, {
        release: true,
        quarantine: "why",
        projection: { ...ended("failed").projection, status: "running" },
      }),
    ]);
    const list = async (request: Partial<ListInstances>) => {
      const { instances } = await scene.provider.listInstances({ ...everything, ...request });
      return instances.map(({ instanceId }) => instanceId).join(" ");
    };
    assert.equal(await list({ statuses: ["completed", "failed"] }), "i1 i0");
    assert.equal(await list({ statuses: ["pending"] }), "i5 i4 i2");
    assert.equal(await list({ statuses: ["pending", "running", "pending"], limit: 3 }), "i5 i4 i3");
    assert.equal(await list({ statuses: [] }), "");
    assert.equal(await list({ name: "x" }), "i4 i2 i0");
    assert.equal(await list({ name: "x", statuses: ["pending"] }), "i4 i2");
    assert.equal(await list({ quarantined: true }), "i3 i2");
    assert.equal(await list({ quarantined: false }), "i5 i4 i1 i0");
    assert.equal(await list({ quarantined: false, name: "y", statuses: ["failed", "pending"] }), "i5 i1");
    assert.equal(await list({ quarantined: true, name: "y", statuses: ["running"] }), "i3");
    assert.equal(await list({ name: "'; --" }), "");
  });

  test("R8 a cursor that no page came with is refused, and so is a limit that is none", async () => {
    await using scene = await Scene.open(open);
    for (const cursor of ["", "x", "1", "\u0000", "'; DROP TABLE x"]) {
      await assert.rejects(scene.provider.listInstances({ ...everything, cursor }), InvalidArgumentError);
    }
    for (const limit of [0, -1, 1.5, NaN]) {
      await assert.rejects(scene.provider.listInstances({ ...everything, limit }), InvalidArgumentError);
    }
  });

  test("R9 the children of a run are those that name it, ended ones as well", async () => {
    await using scene = await Scene.open(open);
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

  test("R10 instances are counted as they are listed", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    for (const [index, name] of ["x", "y", "x"].entries()) {
      await scene.provider.createInstances([newInstance(`i${index}`, { name })]);
    }
    const [first, second] = (await node.fetch()).instances;
    await node.commit([
      turnOf(found(first), 1, ended("completed")),
      turnOf(found(second), 1, { release: true, quarantine: "why" }),
    ]);
    const count = (request: Partial<CountInstances>) =>
      scene.provider.countInstances({ statuses: null, name: null, quarantined: null, ...request });
    assert.equal(await count({}), 3);
    assert.equal(await count({ statuses: [] }), 0);
    assert.equal(await count({ statuses: ["pending", "failed"] }), 2);
    assert.equal(await count({ name: "x" }), 2);
    assert.equal(await count({ name: "x", statuses: ["completed"] }), 1);
    assert.equal(await count({ quarantined: true }), 1);
    assert.equal(await count({ quarantined: false, name: "x" }), 2);
  });

  test("R11 the last event is that of the current execution", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    assert.equal(await scene.provider.readLastEvent("a"), null);
    assert.equal(await scene.provider.readLastEvent("b"), null);
    const turn = turnOf(owned, 3);
    committed(await node.commitOne(turn));
    assert.deepEqual(await scene.provider.readLastEvent("a"), turn.events[2]);
    committed(await node.commitOne(turnAfter(turn, 1, { nextExecutionId: 2 })));
    assert.equal(await scene.provider.readLastEvent("a"), null);
  });

  test("R12 state is set, changed and removed in the order of the changes, and outlives executions", async () => {
    await using scene = await Scene.open(open);
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
}
