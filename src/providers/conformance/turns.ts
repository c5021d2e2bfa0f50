import assert from "node:assert/strict";
import type { TurnCommit } from "../contract.ts";
import { section } from "./check.ts";
import {
  bodies,
  committed,
  ended,
  eventsAfter,
  fenceOf,
  found,
  message,
  newInstance,
  type Scene,
  timer,
  turnAfter,
  turnOf,
  workItem,
} from "./scene.ts";

/** What only a defect of the runtime could pass. */
const noText = null as unknown as string;

export const turns = section("turns", (check) => {
  check("T1", "a turn commits as a whole: history, work, timers, messages, starts, acks and status", async (scene) => {
    const node = await scene.node();
    await scene.start("other");
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 2, {
      work: [workItem("w1"), workItem("w2", { name: "ship" })],
      timers: [timer(2, scene.clock.now + 100)],
      starts: [newInstance("child", { handler: "child@1" })],
      messages: [message("other", "hello"), message("a", "to myself")],
      projection: { status: "running", version: "1.2.3", handler: "order@2", customStatus: '"half"' },
    });
    const answer = committed(await node.commitOne(turn));
    assert.deepEqual(answer.undelivered, []);
    assert.deepEqual(
      answer.messages.map(({ body }) => body),
      ["to myself"],
    );
    assert.deepEqual(await scene.provider.readHistory("a"), turn.events);
    assert.deepEqual(await node.fetchWorkIds(), ["w1"]);
    const record = found(await scene.provider.readInstance("a"));
    assert.deepEqual([record.status, record.version, record.customStatus], ["running", "1.2.3", '"half"']);
    const other = await node.fetch({ busy: [owned.ref] });
    assert.deepEqual(
      found(other.instances[0]).messages.map(({ body }) => body),
      ["start other", "hello"],
    );
    assert.deepEqual((await scene.provider.readInstance("child"))?.status, "pending");
    scene.clock.advance(100);
    assert.equal((await scene.provider.fireTimers({ partitions: [0], limit: 10 })).fired, 1);
  });

  for (const [id, what, broken] of [
    ["T2a", "another owner", { stranger: true }],
    ["T2b", "another epoch", { epoch: 7 }],
    ["T2c", "another execution", { executionId: 2 }],
    ["T2d", "another last event", { lastEventId: 4 }],
    ["T2e", "another instance", { ref: 99_999 }],
  ] as const) {
    check(id, `a turn with ${what} is fenced, and leaves nothing`, async (scene) => {
      const node = await scene.node();
      const owned = await scene.claimed(node, "a");
      const turn = turnOf(owned, 1, { work: [workItem("w1")], messages: [message("a", "x")] });
      const { stranger, ...changed } = { stranger: false, ...broken };
      const sender = stranger ? await scene.node() : node;
      const result = await sender.commit([{ ...turn, ...changed }], { claimWork: sender.slots(10) });
      assert.deepEqual([result.turns, result.work], [[{ status: "fenced" }], []]);
      assert.deepEqual(await scene.provider.readHistory("a"), []);
      assert.deepEqual((await node.fetchWork()).items, []);
      assert.deepEqual(
        (await node.fetch()).instances[0]?.messages.map(({ body }) => body),
        ["start a"],
      );
    });
  }

  check("T3a", "a fused turn whose work was taken over is fenced, and the rest commits", async (scene) => {
    const a = await scene.node({ leaseMs: 1_000 });
    const b = await scene.node({ leaseMs: 60_000 });
    await scene.start("i1", "i2", "i3");
    const owned = (await b.fetch()).instances;
    const turns = owned.map((instance, index) => turnOf(instance, 1, { work: [workItem(`w${index}`)] }));
    await b.commit(turns);
    const items = (await a.fetchWork()).items;
    const taken = (index: number) => fenceOf(found(items[index]));
    scene.clock.advance(1_000);
    await b.renewLease();
    const again = (await b.fetchWork(2)).items;
    const fused = [
      turnAfter(found(turns[0]), 2, { ackedWork: [fenceOf(found(again[0]))], work: [workItem("next0")] }),
      turnAfter(found(turns[1]), 2, { ackedWork: [taken(1)], work: [workItem("next1")] }),
      turnAfter(found(turns[2]), 2, { work: [workItem("next2")] }),
    ];
    const result = await b.commit(fused, { claimWork: b.slots(10) });
    assert.deepEqual(
      result.turns.map(({ status }) => status),
      ["committed", "fenced", "committed"],
    );
    assert.equal((await scene.provider.readHistory("i2"))?.length, 1);
    // The one whose turn was fenced can still be done, the normal way.
    const retried = await b.commitOne(turnAfter(found(turns[1]), 2, { ackedWork: [fenceOf(found(again[1]))] }));
    assert.equal(retried.status, "committed");
  });

  check("T3b", "a fused turn is fenced when another node owns its work", async (scene) => {
    const [a, b] = [await scene.node(), await scene.node()];
    const owned = await scene.claimed(a, "a");
    const turn = turnOf(owned, 1, { work: [workItem("w1")] });
    committed(await a.commitOne(turn));
    const [item] = (await b.fetchWork()).items;
    const fused = turnAfter(turn, 1, { ackedWork: [fenceOf(found(item))] });
    assert.equal((await a.commitOne(fused)).status, "fenced");
    assert.deepEqual(await scene.provider.findLostWork(b.nodeId, [fenceOf(found(item))]), []);
  });

  for (const [id, what, defect] of [
    ["T4a", "a gap in its event ids", { events: eventsAfter(1, 1) }],
    ["T4b", "one work item twice", { work: [workItem("i2"), workItem("i2")] }],
    ["T4c", "an event without a body", { events: [{ eventId: 1, at: 1, body: noText, payload: null }] }],
  ] as const) {
    check(id, `a turn with ${what} is refused, and does not fail its group`, async (scene) => {
      const node = await scene.node();
      await scene.start("i1", "i2", "i3");
      const [a, b, c] = (await node.fetch()).instances.map((instance) =>
        turnOf(instance, 2, { work: [workItem(instance.instanceId)] }),
      );
      const bad = { ...found(b), ...defect };
      const result = await node.commit([found(a), bad, found(c)], { claimWork: node.slots(2) });
      assert.deepEqual(
        result.turns.map(({ status }) => status),
        ["committed", "fenced", "committed"],
      );
      const refused = found(result.turns[1]);
      assert.ok(refused.status === "fenced" && refused.refused);
      assert.deepEqual(
        result.work.map(({ id }) => id),
        ["i1", "i3"],
      );
      assert.equal((await node.commitOne(found(b))).status, "committed");
    });
  }

  check("T4d", "a result that cannot be stored does not fail its group", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { work: [workItem("w1"), workItem("w2")] });
    const { work } = await node.commit([turn], { claimWork: node.slots(2) });
    const [bad, good] = work.map((item) => ({
      ...fenceOf(item),
      kind: "complete" as const,
      message: message("a", "done"),
    }));
    const unstorable = { ...found(bad), message: { ...message("a", ""), body: noText } };
    const answer = await node.commit([turnAfter(turn, 1)], { results: [unstorable, found(good)] });
    assert.deepEqual([answer.turns[0]?.status, answer.results], ["committed", ["fenced", "committed"]]);
    assert.deepEqual(await node.lostOf(work), [{ id: "w2", delivery: 1 }]);
  });

  check("T5", "turns of one batch may write to each other's instances, and hear of it", async (scene) => {
    const node = await scene.node();
    await scene.start("i1", "i2", "i3");
    const turns = (await node.fetch()).instances.map((instance) => turnOf(instance, 1));
    const [first, second, third] = turns as [TurnCommit, TurnCommit, TurnCommit];
    await node.commit(turns);
    const result = await node.commit([
      turnAfter(third, 1),
      turnAfter(first, 1, { messages: [message("i2", "from 1")] }),
      turnAfter(second, 1, {
        starts: [newInstance("i1", { onConflict: message("i3", "from 2") })],
        messages: [message("i1", "from 2")],
      }),
    ]);
    assert.deepEqual(
      result.turns.map((turn) => committed(turn).messages.map(({ body }) => body)),
      [["from 2"], ["from 2"], ["from 1"]],
    );
  });

  check("T6", "the last turn removes work and timers, purges messages and says so", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, {
      work: [workItem("w1"), workItem("w2")],
      timers: [timer(1, scene.clock.now)],
    });
    committed(await node.commitOne(turn));
    await scene.provider.enqueue([message("a", "too late")]);
    const answer = committed(await node.commitOne(turnAfter(turn, 1, ended("completed"))));
    assert.deepEqual(answer, {
      status: "committed",
      messages: [],
      undelivered: [{ instanceId: "a", why: "purged", body: "too late" }],
    });
    assert.deepEqual((await node.fetchWork()).items, []);
    assert.deepEqual(await scene.provider.fireTimers({ partitions: [0], limit: 10 }), {
      storeNow: scene.clock.now,
      fired: 0,
      nextDueAt: null,
    });
    assert.deepEqual(await scene.provider.enqueue([message("a", "x"), message("b", "x")]), ["ended", "unknown"]);
    assert.deepEqual(await node.fetchIds(), []);
    assert.equal((await scene.provider.readInstance("a"))?.status, "completed");
  });

  check("T7", "a start that loses is reported, and its onConflict is sent instead", async (scene) => {
    const node = await scene.node();
    const [taken] = await scene.start("taken");
    await node.fetch();
    const owned = await scene.claimed(node, "a");
    const conflict = newInstance("taken", { onConflict: message("a", "it exists") });
    const turn = turnOf(owned, 1, { starts: [conflict, { ...conflict, ...taken }, newInstance("free")] });
    const answer = committed(await node.commitOne(turn));
    const lost = [{ instanceId: "taken", why: "exists", body: "start taken" }];
    assert.deepEqual(answer.undelivered, lost, "the start of the run that is there already has not lost");
    assert.deepEqual(
      answer.messages.map(({ body }) => body),
      ["it exists"],
    );
    assert.equal((await scene.provider.readInstance("taken"))?.runId, found(taken).runId);
    assert.equal((await scene.provider.readInstance("free"))?.status, "pending");
  });

  check("T8", "a projection changes what it names, and nothing else", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const first = { status: "running", version: "2", handler: null, customStatus: '"x"' } as const;
    const turn = turnOf(owned, 1, { projection: first });
    committed(await node.commitOne(turn));
    const second = { status: null, version: null, handler: null, customStatus: '"y"' };
    committed(await node.commitOne(turnAfter(turn, 1, { projection: second })));
    const { status, version, customStatus } = found(await scene.provider.readInstance("a"));
    assert.deepEqual([status, version, customStatus], ["running", "2", '"y"']);
  });

  check("T9", "a batch is answered in order, however many turns and results it has", async (scene) => {
    const node = await scene.node();
    await scene.start(...Array.from({ length: 60 }, (_, index) => `i${index}`));
    const turns = (await node.fetch()).instances.map((instance, index) => ({
      ...turnOf(instance, 1, { work: [workItem(instance.instanceId)] }),
      ...(index % 3 === 0 && { epoch: 9 }),
    }));
    const { work, ...answer } = await node.commit(turns, { claimWork: node.slots(100) });
    const expected = turns.map(({ epoch }) => (epoch === 9 ? "fenced" : "committed"));
    assert.deepEqual(
      answer.turns.map(({ status }) => status),
      expected,
    );
    const results = work.map((item, index) => ({
      ...fenceOf(item),
      delivery: index % 2 === 0 ? item.delivery : 9,
      kind: "abandon" as const,
    }));
    const ends = await node.commit([], { results });
    assert.deepEqual(
      ends.results,
      results.map(({ delivery }) => (delivery === 9 ? "fenced" : "committed")),
    );
  });

  check("T10", "an empty commit is answered", async (scene) => {
    const node = await scene.node();
    const answer = await node.commit([]);
    assert.deepEqual(answer, { storeNow: scene.clock.now, turns: [], results: [], work: [] });
  });

  for (const [id, part, rest] of [
    ["T11a", "events", { events: eventsAfter(0, 2) }],
    ["T11b", "work", { work: [workItem("w1")] }],
    ["T11c", "timers", { timers: [timer(1, 0)] }],
    ["T11d", "starts", { starts: [newInstance("child")] }],
    ["T11e", "messages", { messages: [message("other", "m1")] }],
    ["T11f", "state", { state: [{ key: "k", payload: "1" }] }],
    ["T11g", "projection", { projection: { ...ended("failed").projection, version: "9" } }],
    ["T11h", "next execution", { nextExecutionId: 2 }],
  ] as const) {
    check(id, `of a turn that is fenced at its last condition, no ${part} are stored`, async (scene) => {
      const node = await scene.node();
      await scene.start("other");
      const owned = await scene.claimed(node, "a");
      const before = await allOf(scene);
      // Whatever order a provider works in: the work item that it acks is not there, so all before has to be undone.
      const turn = turnOf(owned, 0, { ackedMessages: [], ackedWork: [{ id: "none", delivery: 1 }], ...rest });
      assert.equal((await node.commitOne(turn)).status, "fenced");
      assert.deepEqual(await allOf(scene), before);
      assert.deepEqual((await node.fetchWork()).items, []);
      assert.equal((await scene.provider.fireTimers({ partitions: [0], limit: 9 })).fired, 0);
      const again = await node.fetch();
      assert.deepEqual(again.instances.flatMap(bodies).toSorted(), ["start a", "start other"]);
    });
  }
});

/** What can be read of the instances of a check. */
async function allOf({ provider }: Scene) {
  const instances = await Promise.all(["a", "other", "child"].map((id) => provider.readInstance(id)));
  return { instances, history: await provider.readHistory("a"), state: await provider.readState("a") };
}
