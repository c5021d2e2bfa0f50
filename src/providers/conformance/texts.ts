import assert from "node:assert/strict";
import { section } from "./check.ts";
import { bodies, committed, fenceOf, found, message, newInstance, turnAfter, turnOf, workItem } from "./scene.ts";

const megabyte = "0123456789abcdef".repeat(65_536);

/** What JSON text can be made of, and codecs, and what careless stores lose. */
const oddTexts = {
  B1a: [
    "quotes and other languages' statements",
    `' " \\ ; -- é 漢字 🙂 '); DROP TABLE perdure_instances; -- $1 ? :a @b`,
  ],
  B1b: ["a text of no characters", ""],
  B1c: ["white space and line ends", " \t\r\n lead and trail \u00a0\u2028 \n"],
  B1d: ["escapes that are not the store's to read", String.raw`{"nul":"\u0000","half":"\ud83d","x":"\\u0000 \N \t"}`],
  B1e: ["more than a page", "x".repeat(100_000)],
  B1f: ["a megabyte", megabyte],
  B1g: ["a megabyte of characters of four bytes", "🙂".repeat(262_144)],
  B1h: ["letters that look the same", "\u00e9 e\u0301 \ufb01 fi \u212b \u00c5"],
  B1i: ["the ends of the alphabet", "\u0001\u001f\u007f\u0080\ufeff\ufffd\ufffe\uffff\u{10ffff}"],
} as const;

const oddIds = {
  B2a: ["case", ["order", "Order", "ORDER"]],
  B2b: ["composed and decomposed letters", ["caf\u00e9", "cafe\u0301"]],
  B2c: ["spaces", ["a", " a", "a ", "a  "]],
  B2d: ["wildcards", ["a%", "a_", "a*", "a?", "ab"]],
  B2e: ["separators", ["a/b", "a:b", "a.b", "a\\b", "a'b", 'a"b', "a,b", "{a,b}", "null", "NULL"]],
  B2f: ["the last of 255 bytes", [`${"i".repeat(254)}1`, `${"i".repeat(254)}2`, "i".repeat(254)]],
  B2g: ["digits", ["1", "01", "1.0", "1e0", "٣", "3"]],
  B2h: ["emoji", ["🙂", "🙃", "👩‍👩‍👧", "👩"]],
} as const;

export const texts = section("texts", (check) => {
  for (const [id, [what, text]] of Object.entries(oddTexts)) {
    check(id, `${what}: a text comes back as it was from every place`, async (scene) => {
      const node = await scene.node();
      const { provider } = scene;
      await provider.createInstances([newInstance("a", { message: { body: text, payload: text } })]);
      await provider.enqueue([{ ...message("a", text), payload: text }]);
      const owned = found((await node.fetch()).instances[0]);
      for (const { body, payload } of owned.messages) assert.deepEqual([body, payload], [text, text]);
      const events = [1, 2].map((eventId) => ({ eventId, at: 5, body: text, payload: text }));
      const turn = turnOf(owned, 0, {
        events,
        work: [workItem("w1", { body: text, payload: text })],
        timers: [{ eventId: 1, partition: 0, dueAt: 0, body: text }],
        state: [{ key: `k${text.slice(0, 20)}`, payload: text }],
        projection: { status: null, version: null, handler: null, customStatus: text },
      });
      const [item] = (await node.commit([turn], { claimWork: node.slots(1) })).work;
      assert.deepEqual([found(item).body, found(item).payload], [text, text]);
      assert.deepEqual(await provider.readHistory("a"), events);
      assert.deepEqual(await provider.readState("a"), turn.state);
      assert.equal((await provider.readInstance("a"))?.customStatus, text);
      assert.equal((await provider.listInstances(anything)).instances[0]?.customStatus, text);
      await provider.heartbeatWork(node.nodeId, fenceOf(found(item)), text);
      const retry = { ...fenceOf(found(item)), kind: "retry", delayMs: 0, note: text } as const;
      await node.commit([], { results: [retry] });
      const [again] = (await node.fetchWork()).items;
      const { body, payload, heartbeat, note } = found(again);
      assert.deepEqual([body, payload, heartbeat, note], [text, text, text, text]);
      await provider.fireTimers({ partitions: [0], limit: 1 });
      assert.deepEqual(bodies((await node.fetch()).instances[0]), [text]);
    });
  }

  for (const [id, [what, ids]] of Object.entries(oddIds)) {
    check(id, `ids that differ in ${what} are different, everywhere`, async (scene) => {
      const node = await scene.node({ activities: [...ids] });
      const { provider } = scene;
      const starts = ids.map((each) => newInstance(each, { name: each, runId: each }));
      const answers = await provider.createInstances(starts);
      assert.ok(answers.every(({ created }) => created));
      await provider.enqueue(ids.map((each) => message(each, `for ${each}`)));
      const owned = (await node.fetch()).instances;
      assert.deepEqual(
        owned.map((instance) => [instance.instanceId, ...bodies(instance)]),
        ids.map((each) => [each, `start ${each}`, `for ${each}`]),
      );
      const state = ids.map((key) => ({ key, payload: `of ${key}` }));
      const work = ids.map((each) => workItem(each, { name: each }));
      committed(await node.commitOne(turnOf(found(owned[0]), 1, { state, work })));
      assert.equal((await provider.readState(ids[0]))?.length, ids.length);
      assert.deepEqual(
        (await node.fetchWork()).items.map((item) => [item.id, item.name]),
        ids.map((each) => [each, each]),
      );
      for (const each of ids) {
        assert.equal((await provider.readInstance(each))?.runId, each);
        const named = (await provider.listInstances({ ...anything, name: each })).instances;
        assert.deepEqual(
          named.map(({ instanceId }) => instanceId),
          [each],
        );
      }
      await provider.deleteInstance({ instanceId: ids[0], runId: ids[0], force: true, notify: null });
      assert.notEqual(await provider.readInstance(ids[1]), null);
    });
  }

  check(
    "B3",
    "a text with a NUL, which no JSON has, is stored as it is, or fails its own turn alone",
    async (scene) => {
      const node = await scene.node();
      await scene.start("i1", "i2");
      const [bad, good] = (await node.fetch()).instances;
      const events = [{ eventId: 1, at: 5, body: "a\u0000b", payload: "\u0000" }];
      const answer = await node.commit([turnOf(found(bad), 0, { events }), turnOf(found(good), 1)]);
      committed(answer.turns[1]);
      const [outcome] = answer.turns;
      const isRefused = outcome?.status === "fenced" && outcome.refused !== undefined;
      assert.deepEqual(await scene.provider.readHistory("i1"), isRefused ? [] : events);
      const next = isRefused ? turnOf(found(bad), 1) : turnAfter(turnOf(found(bad), 1), 1);
      assert.equal((await node.commitOne(next)).status, "committed");
    },
  );
});

const anything = { statuses: null, name: null, quarantined: null, limit: 100, cursor: null };
