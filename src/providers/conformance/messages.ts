import assert from "node:assert/strict";
import type { EnqueuedMessage } from "../contract.ts";
import { section } from "./check.ts";
import { bodies, committed, ended, fenceOf, found, message, turnAfter, turnOf, workItem } from "./scene.ts";

export const messages = section("messages", (check) => {
  check("M1", "an ack removes what was fetched, and never what arrived meanwhile", async (scene) => {
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

  check("M2", "messages that reach nobody are reported, and hold nothing up", async (scene) => {
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

  check("M3", "a message's token is never used again, so a late ack removes nothing", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1);
    committed(await node.commitOne(turn));
    await scene.provider.enqueue([message("a", "m1")]);
    const late = turnAfter(turn, 1, { ackedMessages: turn.ackedMessages, release: true });
    committed(await node.commitOne(late));
    assert.deepEqual(await node.fetchIds(), ["a"]);
  });

  check("M4", "messages come in lanes: ending, start, normal; and within a lane in order of arrival", async (scene) => {
    const node = await scene.node();
    await scene.start("a");
    await scene.provider.enqueue([
      message("a", "n1"),
      message("a", "e1", "ending"),
      message("a", "s1", "start"),
      message("a", "n2"),
      message("a", "e2", "ending"),
    ]);
    const [owned] = (await node.fetch()).instances;
    assert.deepEqual(bodies(owned), ["e1", "e2", "start a", "s1", "n1", "n2"]);
    assert.deepEqual(
      found(owned).messages.map(({ lane }) => lane),
      ["ending", "ending", "start", "start", "normal", "normal"],
    );
  });

  check("M5", "no more than messageLimit messages come at once, and the rest later", async (scene) => {
    const node = await scene.node();
    await scene.start("a");
    await scene.provider.enqueue([1, 2, 3, 4].map((number) => message("a", `m${number}`)));
    const owned = found((await node.fetch({ messageLimit: 2 })).instances[0]);
    assert.deepEqual(bodies(owned), ["start a", "m1"]);
    const turn = turnOf(owned, 1);
    const answer = committed(await node.commitOne(turn, { messageLimit: 2 }));
    assert.deepEqual(
      answer.messages.map(({ body }) => body),
      ["m2", "m3"],
    );
    const acks = answer.messages.map(({ token }) => token);
    const last = committed(await node.commitOne(turnAfter(turn, 1, { ackedMessages: acks })));
    assert.deepEqual(
      last.messages.map(({ body }) => body),
      ["m4"],
    );
  });

  check("M6", "messages that an owner died with come again, all of them and in order", async (scene) => {
    const a = await scene.node({ leaseMs: 1_000 });
    const b = await scene.node({ leaseMs: 60_000 });
    await scene.claimed(a, "a");
    await scene.provider.enqueue([message("a", "m1"), message("a", "m2")]);
    await a.fetch();
    scene.clock.advance(1_000);
    await scene.provider.enqueue([message("a", "m3")]);
    await b.renewLease();
    assert.deepEqual(bodies((await b.fetch()).instances[0]), ["start a", "m1", "m2", "m3"]);
  });

  check("M7", "each sender's messages keep their order, however many send at once", async (scene) => {
    const node = await scene.node();
    await scene.start("a");
    const send = async (sender: string) => {
      for (let number = 0; number < 20; number += 1) await scene.provider.enqueue([message("a", `${sender}${number}`)]);
    };
    await Promise.all(["x", "y", "z"].map(send));
    const received = bodies((await node.fetch()).instances[0]).slice(1);
    for (const sender of ["x", "y", "z"]) {
      const own = received.filter((body) => body.startsWith(sender));
      assert.deepEqual(
        own,
        Array.from({ length: 20 }, (_, number) => `${sender}${number}`),
      );
    }
  });

  check("M8", "a turn acks some of its messages, and the others stay", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    await scene.provider.enqueue([message("a", "m1"), message("a", "m2"), message("a", "m3")]);
    const [, m1, m2, m3] = found((await node.fetch()).instances[0]).messages;
    const acks = [found(m1), found(m3)].map(({ token }) => token);
    const turn = turnOf(owned, 1, { ackedMessages: [...owned.messages.map(({ token }) => token), ...acks] });
    assert.deepEqual(committed(await node.commitOne(turn)).messages, [m2]);
  });

  check("M9", "a turn acks messages of its own instance only", async (scene) => {
    const node = await scene.node();
    await scene.start("i1", "i2");
    const [i1, i2] = (await node.fetch()).instances;
    const tokens = [found(i1), found(i2)].flatMap(({ messages }) => messages.map(({ token }) => token));
    committed(await node.commitOne(turnOf(found(i1), 1, { ackedMessages: tokens, release: true })));
    committed(await node.commitOne(turnOf(found(i2), 0, { ackedMessages: [], release: true })));
    assert.deepEqual((await node.fetch()).instances.map(bodies), [["start i2"]]);
  });

  check("M10", "messages of one turn arrive in its order", async (scene) => {
    const node = await scene.node();
    await scene.start("a", "other");
    const owned = found((await node.fetch()).instances[0]);
    const sent = Array.from({ length: 30 }, (_, number) => message("other", `m${number}`));
    committed(await node.commitOne(turnOf(owned, 1, { messages: sent })));
    const other = (await node.fetch()).instances.find(({ instanceId }) => instanceId === "other");
    assert.deepEqual(bodies(other), ["start other", ...sent.map(({ body }) => body)]);
  });

  check("M11", "a mailbox of a thousand is handed out in parts, without loss or repetition", async (scene) => {
    const node = await scene.node();
    await scene.start("a");
    const sent = Array.from({ length: 1_000 }, (_, number) => `m${number}`);
    await scene.provider.enqueue(sent.map((body) => message("a", body)));
    const received: string[] = [];
    let { messages, ...owned } = found((await node.fetch({ messageLimit: 300 })).instances[0]);
    while (messages.length > 0) {
      received.push(...messages.map(({ body }) => body));
      const turn = turnOf({ ...owned, messages }, 1);
      ({ messages } = committed(await node.commitOne(turn, { messageLimit: 300 })));
      owned = { ...owned, lastEventId: owned.lastEventId + 1 };
    }
    assert.deepEqual(received, ["start a", ...sent]);
  });

  check("M12", "of inbound messages no more are queued than their limit, and of others any number", async (scene) => {
    const node = await scene.node();
    await scene.start("a", "b");
    const batch = [1, 2, 3].map((number) => inbound("a", `i${number}`, 2));
    const answers = await scene.provider.enqueue([
      message("a", "m1"),
      ...batch,
      message("a", "m2"),
      inbound("b", "i1", 2),
    ]);
    assert.deepEqual(answers, ["queued", "queued", "queued", "full", "queued", "queued"]);
    assert.deepEqual(await scene.provider.enqueue([inbound("a", "i4", 2), inbound("a", "i5", 3)]), ["full", "queued"]);
    const owned = found((await node.fetch()).instances.find(({ instanceId }) => instanceId === "a"));
    assert.deepEqual(bodies(owned), ["start a", "m1", "i1", "i2", "m2", "i5"]);
    committed(await node.commitOne(turnOf(owned, 1)));
    const later = [inbound("a", "i6", 1), inbound("a", "i7", 1), inbound("nobody", "i", 1)];
    assert.deepEqual(await scene.provider.enqueue(later), ["queued", "full", "unknown"]);
    committed(await node.commitOne(turnOf({ ...owned, lastEventId: 1, messages: [] }, 1, ended("completed"))));
    assert.deepEqual(await scene.provider.enqueue([inbound("a", "late", 0)]), ["ended"]);
  });

  check("M13", "however many send at once, together they do not go beyond a limit", async (scene) => {
    const node = await scene.node();
    await scene.start("a");
    const senders = [scene.provider, (await scene.openAnother()) ?? scene.provider];
    const send = async (_: unknown, number: number) =>
      await found(senders[number % 2]).enqueue([inbound("a", `i${number}`, 10)]);
    const answers = (await Promise.all(Array.from({ length: 40 }, send))).flat();
    assert.equal(answers.filter((answer) => answer === "queued").length, 10);
    assert.equal(answers.filter((answer) => answer === "full").length, 30);
    assert.equal((await node.fetch()).instances[0]?.messages.length, 11);
  });

  check("M14", "what takes room goes by what the last turn said of it, whatever its own limit", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const first = turnOf(owned, 1, { mailboxRoom: 2 });
    committed(await node.commitOne(first));
    const send = (...takesRoom: readonly boolean[]) =>
      scene.provider.enqueue(takesRoom.map((takes, number) => inbound("a", `i${number}`, 5, takes)));
    assert.deepEqual(await send(true, true, true, false), ["queued", "queued", "full", "queued"]);
    const fenced = turnAfter(first, 1, { epoch: 9, mailboxRoom: 100 });
    assert.equal((await node.commitOne(fenced)).status, "fenced");
    const { messages } = found((await node.fetch()).instances[0]);
    const ackedMessages = messages.map(({ token }) => token);
    const second = turnAfter(first, 1, { ackedMessages, mailboxRoom: 1, work: [workItem("w1")] });
    const { work } = await node.commit([second], { claimWork: node.slots(1) });
    assert.deepEqual(await send(true, true), ["queued", "full"]);
    const fused = turnAfter(second, 1, { ackedWork: work.map(fenceOf), mailboxRoom: 2 });
    committed(await node.commitOne(fused));
    assert.deepEqual(await send(true, true), ["queued", "full"]);
    const silent = turnAfter(fused, 1, { nextExecutionId: 2 });
    delete (silent as { mailboxRoom?: number }).mailboxRoom;
    committed(await node.commitOne(silent));
    assert.deepEqual(await send(true), ["full"]);
    committed(
      await node.commitOne(
        turnAfter({ ...silent, executionId: 2, lastEventId: -1 }, 0, {
          mailboxRoom: -3,
          nextExecutionId: null,
          release: true,
        }),
      ),
    );
    assert.deepEqual(await send(true, false, false, false, false, false), [
      "full",
      ...Array<string>(3).fill("queued"),
      ...Array<string>(2).fill("full"),
    ]);
  });
});

const inbound = (instanceId: string, body: string, most: number, takesRoom = false): EnqueuedMessage => ({
  ...message(instanceId, body),
  inbound: { most, takesRoom },
});
