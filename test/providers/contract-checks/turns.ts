import assert from "node:assert/strict";
import { test } from "node:test";
import type { TurnCommit } from "../../../src/providers/contract.ts";
import {
  committed,
  ended,
  eventsAfter,
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

export function checkTurns(open: OpenStore): void {
  test("T1 a turn commits as a whole: history, work, timers, messages, starts, acks and status", async () => {
    await using scene = await Scene.open(open);
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
    assert.deepEqual(
      (await node.fetchWork()).items.map(({ id }) => id),
      ["w1"],
    );
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

  for (const [what, broken] of Object.entries({
    "another owner": { stranger: true },
    "another epoch": { epoch: 7 },
    "another execution": { executionId: 2 },
    "another last event": { lastEventId: 4 },
    "another instance": { ref: 99_999 },
  })) {
    test(`T2 a turn with ${what} is fenced, and leaves nothing`, async () => {
      await using scene = await Scene.open(open);
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

  test("T3 a fused turn is fenced by its work: taken over, it leaves nothing, and the rest of the batch commits", async () => {
    await using scene = await Scene.open(open);
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

  test("T3 a fused turn is fenced when another node owns its work", async () => {
    await using scene = await Scene.open(open);
    const [a, b] = [await scene.node(), await scene.node()];
    const owned = await scene.claimed(a, "a");
    const turn = turnOf(owned, 1, { work: [workItem("w1")] });
    committed(await a.commitOne(turn));
    const [item] = (await b.fetchWork()).items;
    const fused = turnAfter(turn, 1, { ackedWork: [fenceOf(found(item))] });
    assert.equal((await a.commitOne(fused)).status, "fenced");
    assert.deepEqual(await scene.provider.findLostWork(b.nodeId, [fenceOf(found(item))]), []);
  });

  test("T4 a turn that is sent again is answered as committed and changes nothing", async () => {
    for (const release of [false, true]) {
      for (const eventCount of [0, 2]) {
        await using scene = await Scene.open(open);
        const node = await scene.node();
        await scene.start("other");
        const owned = await scene.claimed(node, "a");
        const turn = turnOf(owned, eventCount, {
          release,
          work: [workItem("w1")],
          timers: [timer(1, scene.clock.now)],
          starts: [newInstance("child")],
          messages: [message("other", "once")],
        });
        committed(await node.commitOne(turn));
        committed(await node.commitOne(turn));
        assert.equal((await scene.provider.readHistory("a"))?.length, eventCount);
        assert.equal((await node.fetchWork()).items.length, 1);
        const other = (await node.fetch()).instances.find(({ instanceId }) => instanceId === "other");
        assert.equal(found(other).messages.length, 2);
      }
    }
  });

  test("T5 a fused turn that is sent again does not mind that its work is gone", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const first = turnOf(owned, 1, { work: [workItem("w1"), workItem("w2")] });
    const { work } = await node.commit([first], { claimWork: node.slots(2) });
    const [w1, w2] = work.map(fenceOf);
    const recorded = turnAfter(first, 1, { ackedWork: [found(w1)] });
    const dropped = turnAfter(recorded, 0, { ackedWork: [found(w2)] });
    for (const turn of [recorded, recorded, dropped, dropped]) committed(await node.commitOne(turn));
    assert.equal((await scene.provider.readHistory("a"))?.length, 2);
  });

  test("T6 messages that came in during the answer's absence are in the answer to the repeated turn", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1);
    committed(await node.commitOne(turn));
    await scene.provider.enqueue([message("a", "m1")]);
    assert.deepEqual(
      committed(await node.commitOne(turn)).messages.map(({ body }) => body),
      ["m1"],
    );
  });

  test("T7 an ack removes what was fetched, and never what arrived meanwhile", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    await scene.provider.enqueue([message("a", "late")]);
    const turn = turnOf(owned, 1, { release: true });
    committed(await node.commitOne(turn));
    assert.deepEqual(
      (await node.fetch()).instances[0]?.messages.map(({ body }) => body),
      ["late"],
    );
  });

  for (const [what, defect] of Object.entries({
    "a gap in its event ids": { events: eventsAfter(1, 1) },
    "one work item twice": { work: [workItem("i2"), workItem("i2")] },
    "an event without a body": { events: [{ eventId: 1, at: 1, body: null as unknown as string, payload: null }] },
  })) {
    test(`T8 a turn with ${what} is refused, and does not fail its group`, async () => {
      await using scene = await Scene.open(open);
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

  test("T8 a result that cannot be stored does not fail its group", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { work: [workItem("w1"), workItem("w2")] });
    const { work } = await node.commit([turn], { claimWork: node.slots(2) });
    const [bad, good] = work.map((item) => ({
      ...fenceOf(item),
      kind: "complete" as const,
      message: message("a", "done"),
    }));
    const unstorable = { ...found(bad), message: { ...message("a", ""), body: null as unknown as string } };
    const answer = await node.commit([turnAfter(turn, 1)], { results: [unstorable, found(good)] });
    assert.deepEqual([answer.turns[0]?.status, answer.results], ["committed", ["fenced", "committed"]]);
    assert.deepEqual(await scene.provider.findLostWork(node.nodeId, work.map(fenceOf)), ["w2"]);
  });

  test("T9 turns of one batch may write to each other's instances, and hear of it in the same answer", async () => {
    await using scene = await Scene.open(open);
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

  test("T10 the last turn removes work and timers, purges messages and says so", async () => {
    await using scene = await Scene.open(open);
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

  test("T11 messages that reach nobody are reported, and hold nothing up", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    await scene.start("gone");
    const gone = found((await node.fetch()).instances[0]);
    committed(await node.commitOne(turnOf(gone, 1, ended("failed"))));
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { messages: [message("nobody", "m1"), message("gone", "m2"), message("a", "m3")] });
    const answer = committed(await node.commitOne(turn));
    assert.deepEqual(answer.undelivered, [
      { instanceId: "nobody", why: "unknown", body: "m1" },
      { instanceId: "gone", why: "ended", body: "m2" },
    ]);
    assert.deepEqual(
      answer.messages.map(({ body }) => body),
      ["m3"],
    );
  });

  test("T12 a start that loses to an existing instance is reported, and its onConflict is sent instead", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    const [taken] = await scene.start("taken");
    await node.fetch();
    const owned = await scene.claimed(node, "a");
    const conflict = newInstance("taken", { onConflict: message("a", "it exists") });
    const turn = turnOf(owned, 1, { starts: [conflict, { ...conflict, ...taken }, newInstance("free")] });
    const answer = committed(await node.commitOne(turn));
    assert.deepEqual(answer.undelivered, [{ instanceId: "taken", why: "exists", body: "start taken" }]);
    assert.deepEqual(
      answer.messages.map(({ body }) => body),
      ["it exists"],
    );
    assert.equal((await scene.provider.readInstance("taken"))?.runId, found(taken).runId);
    assert.equal((await scene.provider.readInstance("free"))?.status, "pending");
  });

  test("T13 the next execution begins with an empty history, and the one before stays readable", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const first = turnOf(owned, 2, {
      closes: true,
      nextExecutionId: 2,
      messages: [message("a", "next", "start")],
    });
    const answer = committed(await node.commitOne(first));
    committed(await node.commitOne(first));
    assert.deepEqual(await scene.provider.readHistory("a"), []);
    assert.deepEqual(await scene.provider.readHistory("a", 1), first.events);
    const second = turnOf({ ...owned, executionId: 2, lastEventId: 0, messages: answer.messages }, 1, {
      release: true,
    });
    committed(await node.commitOne(second));
    assert.equal((await scene.provider.readInstance("a"))?.executionId, 2);
    assert.deepEqual(await scene.provider.listExecutions("a"), [
      { executionId: 1, first: first.events[0], last: first.events[1] },
      { executionId: 2, first: second.events[0], last: second.events[0] },
    ]);
    assert.equal(await scene.provider.readHistory("a", 3), null);
  });

  test("T14 what a turn cancels is gone, and only in its own instance", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    await scene.start("i1", "i2");
    const turns = (await node.fetch()).instances.map((instance) =>
      turnOf(instance, 1, {
        work: [workItem(`w of ${instance.instanceId}`)],
        timers: [timer(1, scene.clock.now, { body: `t of ${instance.instanceId}` })],
      }),
    );
    await node.commit(turns);
    const cancels = { cancelledWork: ["w of i1", "w of i2"], cancelledTimers: [1] };
    committed(await node.commitOne(turnAfter(found(turns[0]), 1, cancels)));
    assert.deepEqual(
      (await node.fetchWork()).items.map(({ id }) => id),
      ["w of i2"],
    );
    await scene.provider.fireTimers({ partitions: [0], limit: 10 });
    assert.deepEqual(
      (await node.fetch()).instances.map(({ messages }) => messages.map(({ body }) => body)),
      [["t of i2"]],
    );
  });

  test("T16 a message's token is never used again, so a late ack removes nothing", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1);
    committed(await node.commitOne(turn));
    await scene.provider.enqueue([message("a", "m1")]);
    const late = turnAfter(turn, 1, { ackedMessages: turn.ackedMessages, release: true });
    committed(await node.commitOne(late));
    assert.deepEqual(await node.fetchIds(), ["a"]);
  });

  test("T15 a message larger than a page, and odd characters, come back as they were", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    const text = `${"x".repeat(100_000)} ' " \\ ; -- é 漢字 🙂 '); DROP TABLE perdure_instances; --`;
    const id = "a'); --";
    await scene.start(id);
    await scene.provider.enqueue([{ ...message(id, text), payload: text }]);
    const owned = found((await node.fetch()).instances[0]);
    assert.deepEqual([owned.messages[1]?.body, owned.messages[1]?.payload], [text, text]);
    const events = [{ eventId: 1, at: 5, body: text, payload: text }];
    committed(await node.commitOne(turnOf(owned, 0, { events })));
    assert.deepEqual(await scene.provider.readHistory(id), events);
  });
}
