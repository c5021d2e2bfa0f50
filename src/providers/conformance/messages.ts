import assert from "node:assert/strict";
import { section } from "./check.ts";
import { bodies, committed, ended, found, message, turnAfter, turnOf } from "./scene.ts";

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
});
