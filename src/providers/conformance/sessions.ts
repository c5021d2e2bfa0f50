import assert from "node:assert/strict";
import type { NewWorkItem } from "../contract.ts";
import { section } from "./check.ts";
import { committed, fenceOf, found, type Scene, type TestNode, turnAfter, turnOf, workItem } from "./scene.ts";

export const sessions = section("sessions", (check) => {
  check("SE1", "all of a session goes to the node that took the first of it, and to no other", async (scene) => {
    const [a, b] = [await scene.node(), await scene.node()];
    const more = await schedule(scene, a, [inSession("w1"), inSession("w2"), workItem("w3")]);
    assert.deepEqual(await ids(b, 1), ["w1"]);
    assert.deepEqual(await ids(a), ["w3"], "what is in no session is anybody's");
    assert.deepEqual(await ids(b), ["w2"]);
    await more([inSession("w4"), inSession("w5", { session: "other" })]);
    assert.deepEqual(await ids(a), ["w5"], "another session");
    assert.deepEqual(await ids(b), ["w4"]);
  });

  check("SE2", "when its node has died or closed its lease, a session is the next one's", async (scene) => {
    const [a, b] = [await scene.node(), await scene.node({ leaseMs: 60_000 })];
    const more = await schedule(scene, b, [inSession("w1")]);
    assert.deepEqual(await ids(a), ["w1"]);
    await more([inSession("w2")]);
    assert.deepEqual(await ids(b), []);
    scene.clock.advance(15_001);
    await b.renewLease();
    assert.deepEqual(await ids(b), ["w1", "w2"]);
    const c = await scene.node();
    await more([inSession("w3")]);
    assert.deepEqual(await ids(c), []);
    await scene.provider.closeLease(b.nodeId);
    assert.deepEqual(await ids(c), ["w1", "w2", "w3"]);
  });

  check("SE3", "what is retried or handed back stays with the node of its session, and in its queue", async (scene) => {
    const [a, b] = [await scene.node(), await scene.node()];
    await schedule(scene, a, [inSession("w1"), inSession("w2")]);
    const { items } = await a.fetchWork();
    await a.commit([], {
      results: [
        { ...fenceOf(found(items[0])), kind: "retry", delayMs: 1_000, note: null },
        { ...fenceOf(found(items[1])), kind: "abandon" },
      ],
    });
    assert.deepEqual(await ids(b), []);
    assert.deepEqual(await ids(a), ["w2"]);
    scene.clock.advance(1_000);
    assert.deepEqual(await ids(b), []);
    const [again] = (await a.fetchWork()).items;
    assert.deepEqual([again?.id, again?.queue, again?.failures], ["w1", "default", 1]);
  });

  check("SE4", "what the node of a session cannot run goes to one that can, and the session stays", async (scene) => {
    const a = await scene.node({ activities: ["charge"] });
    const b = await scene.node({ activities: ["charge", "ship"] });
    const more = await schedule(scene, a, [inSession("w1")]);
    assert.deepEqual(await ids(a), ["w1"]);
    await more([inSession("w2", { name: "ship" }), inSession("w3")]);
    assert.deepEqual(await ids(b), ["w2"]);
    assert.deepEqual(await ids(a), ["w3"]);
    assert.deepEqual(await scene.provider.findUnservable({ graceMs: 0 }), []);
  });

  check("SE5", "a session that nothing is left of is anybody's after a while", async (scene) => {
    const [a, b] = [await scene.node({ leaseMs: 900_000 }), await scene.node({ leaseMs: 900_000 })];
    const more = await schedule(scene, a, [inSession("w1")]);
    const [item] = (await a.fetchWork()).items;
    scene.clock.advance(700_000);
    await a.renewLease();
    await more([inSession("w2")]);
    assert.deepEqual(await ids(b), [], "something of it is under way");
    const [second] = (await a.fetchWork()).items;
    const ends = [item, second].map((one) => ({ ...fenceOf(found(one)), kind: "complete", message }) as const);
    await a.commit([], { results: ends });
    await b.renewLease();
    scene.clock.advance(600_001);
    await a.renewLease();
    await more([inSession("w3")]);
    assert.deepEqual(await ids(b), ["w3"]);
  });

  check("SE6", "of nodes that take from a new session at the same moment, one gets it", async (scene) => {
    const nodes = await Promise.all([1, 2, 3, 4].map(() => scene.node()));
    const items = Array.from({ length: 12 }, (_, index) => inSession(`w${index}`, { session: `s${index % 3}` }));
    await schedule(scene, found(nodes[0]), items);
    const owners = new Map<string, Set<number>>();
    for (let round = 0; round < 12; round += 1) {
      const answers = await Promise.all(nodes.map((node) => node.fetchWork(1)));
      for (const [index, { items: got }] of answers.entries()) {
        for (const { id } of got) {
          const session = `s${Number(id.slice(1)) % 3}`;
          owners.set(session, (owners.get(session) ?? new Set()).add(index));
        }
      }
    }
    assert.deepEqual(
      [...owners.values()].map((set) => set.size),
      [1, 1, 1],
    );
    assert.deepEqual(
      (await scene.provider.readLoad()).work.map(({ queue, running }) => [queue, running]),
      [["default", 12]],
    );
  });
});

const message = { instanceId: "a", lane: "normal", body: "done", payload: null } as const;

const inSession = (id: string, rest: Partial<NewWorkItem> = {}) => workItem(id, { session: "s", ...rest });

const ids = async (node: TestNode, limit = 100): Promise<string[]> => (await node.fetchWorkIds(limit)).toSorted();

/** Schedules items of an instance that the node owns; the answer schedules more. */
async function schedule(scene: Scene, node: TestNode, work: readonly NewWorkItem[]) {
  let turn = turnOf(await scene.claimed(node, "a"), 1, { work });
  committed(await node.commitOne(turn));
  return async (items: readonly NewWorkItem[]): Promise<void> => {
    turn = turnAfter(turn, 1, { work: items });
    committed(await node.commitOne(turn));
  };
}
