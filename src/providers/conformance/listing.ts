import assert from "node:assert/strict";
import { InvalidArgumentError } from "../../errors/index.ts";
import type { CountInstances, ListInstances } from "../contract.ts";
import { section } from "./check.ts";
import { ended, found, newInstance, turnOf } from "./scene.ts";

const everything: ListInstances = { statuses: null, name: null, quarantined: null, limit: 100, cursor: null };

export const listing = section("listing", (check) => {
  check("G1", "instances are listed newest first, in pages that new ones do not move", async (scene) => {
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

  check("G2", "instances are listed by status, name and quarantine, in any combination", async (scene) => {
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

  check("G3", "a cursor that no page came with is refused, and so is a limit that is none", async (scene) => {
    for (const cursor of ["", "x", "1", "\u0000", "'; DROP TABLE x"]) {
      await assert.rejects(scene.provider.listInstances({ ...everything, cursor }), InvalidArgumentError);
    }
    for (const limit of [0, -1, 1.5, NaN]) {
      await assert.rejects(scene.provider.listInstances({ ...everything, limit }), InvalidArgumentError);
    }
  });

  check("G4", "instances are counted as they are listed", async (scene) => {
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

  check("G5", "a page goes on where the last one ended, also when what was on it has changed", async (scene) => {
    const node = await scene.node();
    await scene.start("i1", "i2", "i3", "i4");
    const first = await scene.provider.listInstances({ ...everything, statuses: ["pending"], limit: 2 });
    const owned = (await node.fetch()).instances.filter(({ instanceId }) => instanceId !== "i1");
    await node.commit(owned.map((instance) => turnOf(instance, 1, ended("completed"))));
    const second = await scene.provider.listInstances({ ...everything, statuses: ["pending"], cursor: first.cursor });
    const idsOf = ({ instances }: typeof first) => instances.map(({ instanceId }) => instanceId);
    assert.deepEqual([idsOf(first), idsOf(second), second.cursor], [["i4", "i3"], ["i1"], null]);
  });
});
