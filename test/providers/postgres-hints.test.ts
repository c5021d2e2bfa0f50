import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { NewsChannel } from "../../src/providers/postgres/news-channel.ts";
import { newsOfStarts, oldNews } from "../../src/providers/postgres/news.ts";
import { PostgresProvider } from "../../src/providers/postgres/index.ts";
import { StorageError } from "../../src/errors/index.ts";
import type { Provider, TurnCommit, Wake } from "../../src/providers/contract.ts";
import { inSchema } from "../support/borrowed-schemas.ts";
import type { PostgresSchema } from "../support/postgres-schema.ts";
import {
  ended,
  found,
  message,
  newInstance,
  TestNode,
  timer,
  turnAfter,
  turnOf,
  workItem,
} from "../../src/providers/conformance/scene.ts";
import { TcpProxy } from "../../chaos/tcp-proxy.ts";
import { CountingPool } from "./counting-pool.ts";

describe("PostgreSQL hints", () => {
  test("other processes hear of changes, at most about ten times a second, and in statements of their own", () =>
    inSchema(async (schema) => {
      const pool = new CountingPool(schema.pool);
      await using sender = await PostgresProvider.open(pool, { schema: schema.schema });
      await using receiver = await schema.open();
      const news = await listenTo(receiver);
      const startedAt = performance.now();
      const wake = news.next();
      for (let n = 0; n < 200; n += 1) await sender.createInstances([newInstance(`i${n}`)]);
      assert.deepEqual(await wake, { instances: true, work: false, timerDueAt: Infinity, changed: null, ended: [] });
      const tenths = (performance.now() - startedAt) / 100;
      const sent = pool.queries.filter((text) => text.includes("pg_notify"));
      assert.ok(sent.length <= tenths + 2, `${sent.length} in ${tenths.toFixed(1)} tenths of a second`);
      assert.ok(sent.every((text) => text === "SELECT pg_notify($1, $2)"));
    }));

  test("what a process has changed itself it does not hear of twice", () =>
    inSchema(async (schema) => {
      await using provider = await schema.open();
      await using other = await schema.open();
      const wakes: Wake[] = [];
      provider.subscribe((wake) => wakes.push(wake));
      let heard = 0;
      other.subscribe(() => (heard += 1));
      await untilListening(schema, 2);
      // Both look once at what was there before they listened.
      while (wakes.length === 0 || heard === 0) await nextTurn();
      [wakes.length, heard] = [0, 0];
      await provider.createInstances([newInstance("a")]);
      while (heard === 0) await nextTurn();
      // Notifications come in one order to all: by the time the second is here, the first one would be.
      await other.createInstances([newInstance("b")]);
      while (!wakes.some(({ changed }) => changed === null)) await nextTurn();
      assert.deepEqual(
        wakes.map(({ changed }) => changed),
        [["a"], null],
      );
    }));

  test("what others commit while a process only begins to listen, it looks for once it does", () =>
    inSchema(async (schema) => {
      const pool = new CountingPool(schema.pool);
      const listening = pool.holdBack("LISTEN");
      await using receiver = await PostgresProvider.open(pool, { schema: schema.schema });
      const wakes: Wake[] = [];
      receiver.subscribe((wake) => wakes.push(wake));
      await listening.reached;
      const sender = await schema.open();
      await sender.createInstances([newInstance("a")]);
      // What there is to tell has been told by then.
      await sender.close();
      assert.deepEqual(wakes, []);
      listening.goOn();
      while (wakes.length === 0) await nextTurn();
      assert.deepEqual(wakes[0], { instances: true, work: true, timerDueAt: null, changed: null, ended: null });
    }));

  test("others are told of what kind a change was, so that nobody looks for what it has not brought", () =>
    inSchema(async (schema) => {
      await using provider = await schema.open();
      await using other = await schema.open();
      const node = new TestNode(provider, { leaseMs: 60_000, handlers: ["order@1"], activities: ["charge"] });
      await node.openLease();
      await provider.createInstances([newInstance("a")]);
      const owned = found((await node.fetch()).instances[0]);
      const news = await listenTo(other);
      // What one process has to tell at about the same time it tells together.
      const told = async (turn: TurnCommit, isIt: (wake: Wake) => boolean) => {
        await using sender = await schema.open();
        const heard = news.until(isIt);
        const batch = { nodeId: node.nodeId, turns: [turn], results: [], claimWork: [] };
        assert.equal((await sender.commit(batch)).turns[0]?.status, "committed");
        return await heard;
      };
      const nothing = { instances: false, work: false, timerDueAt: null, changed: [], ended: [] };
      const dueAt = Date.now() + 60_000;
      const first = turnOf(owned, 1, { work: [workItem("w")], timers: [timer(2, dueAt)] });
      const ofFirst = await told(first, ({ work }) => work);
      assert.deepEqual(ofFirst, { ...nothing, work: true, timerDueAt: dueAt });
      const projection = { status: "running", version: null, handler: null, customStatus: "half" } as const;
      const shown = turnAfter(first, 1, { ackedMessages: [], work: [], timers: [], projection });
      const ofShown = await told(shown, ({ instances, changed }) => !instances && changed === null);
      assert.deepEqual(ofShown, { ...nothing, timerDueAt: Infinity, changed: null });
      const last = turnAfter(shown, 1, ended("completed"));
      const ofLast = await told(last, (wake) => wake.ended === null);
      assert.deepEqual(ofLast, { ...nothing, timerDueAt: Infinity, changed: null, ended: null });
    }));

  test("news in words that a release does not know could be of anything", () => {
    const channel = new NewsChannel("s");
    const strange = ["instances novelties", "novelties", "due:soon", ""].map((words) => `somebody ${words}`.trim());
    for (const payload of strange) assert.deepEqual([payload, channel.newsIn(payload, 0)?.isOld], [payload, true]);
    const news = { isOld: false, instances: true, work: false, timerDueAt: 7, changed: true, ended: false };
    assert.equal(channel.newsIn(channel.text(news), 0), null);
    assert.deepEqual(new NewsChannel("s").newsIn(channel.text(news), 0), news);
  });

  test("whoever sends a commit again, because its answer was lost, is told to look at what it brought", () =>
    inSchema(async (schema) => {
      await using proxy = await TcpProxy.open(schema.url);
      await using provider = await PostgresProvider.open(proxy.url, { schema: schema.schema, listen: false });
      const node = new TestNode(provider, { leaseMs: 60_000, handlers: ["order@1"], activities: ["charge"] });
      await node.openLease();
      await provider.createInstances([newInstance("a")]);
      const owned = found((await node.fetch()).instances[0]);
      await node.commit([turnOf(owned, 1, { work: [workItem("w")] })]);
      const { id, delivery } = found((await node.fetchWork()).items[0]);
      const batch = { results: [{ id, delivery, kind: "retry", delayMs: 0, note: null }] } as const;
      void proxy.swallowAnswersTo(["commit_batch("], 1);
      await assert.rejects(node.commit([], batch), StorageError);
      const wakes: Wake[] = [];
      provider.subscribe((wake) => wakes.push(wake));
      assert.deepEqual((await node.commit([], batch)).results, ["fenced"]);
      // Whoever asked hears of it first.
      await nextTurn();
      assert.deepEqual(
        wakes.map(({ instances, work }) => [instances, work]),
        [[true, true]],
      );
    }));

  for (const [what, text, write] of [
    ["timers", "fire_timers(", (provider) => provider.fireTimers({ partitions: [0], limit: 10 })],
    ["messages", "enqueue(", (provider) => provider.enqueue([message("a", "m")])],
    [
      "a release",
      "release_all_except(",
      (provider) => provider.releaseAllExcept("nobody", { instances: [], work: [] }),
    ],
  ] satisfies [string, string, (provider: Provider) => Promise<unknown>][]) {
    test(`when the answer about ${what} was lost, everybody looks as soon as the server is there again`, () =>
      inSchema(async (schema) => {
        await using proxy = await TcpProxy.open(schema.url);
        // It tells nobody that it has started one.
        await using starter = await schema.open({ listen: false });
        await starter.createInstances([newInstance("a")]);
        await using writer = await PostgresProvider.open(proxy.url, { schema: schema.schema });
        await using reader = await schema.open();
        const othersHear = (await listenTo(reader)).next();
        void proxy.swallowAnswersTo([text], 1);
        await assert.rejects(write(writer), StorageError);
        const itHears = new Promise((resolve) => writer.subscribe(resolve));
        await writer.readInstance("a");
        await Promise.all([soon(itHears), othersHear]);
      }));
  }

  test("an instance that nobody would find is found by a sweep, and those who wait are woken", () =>
    inSchema(async (schema) => {
      await using starter = await schema.open({ listen: false });
      await starter.createInstances([newInstance("a")]);
      await using provider = await schema.open();
      await using other = await schema.open();
      // As a sender leaves it who saw the owner just before that one's lease was taken.
      await schema.query("UPDATE ready SET lane = '@gone'");
      const heard = [await listenTo(provider), await listenTo(other)].map((news) => news.next());
      await provider.findUnservable({ graceMs: 60_000 });
      await Promise.all(heard);
    }));

  test("what was being sent to a node that has left is found soon afterwards, without a sweep", () =>
    inSchema(async (schema) => {
      await using provider = await schema.open();
      await using other = await schema.open();
      const node = new TestNode(provider, { leaseMs: 60_000, handlers: ["order@1"], activities: [] });
      await node.openLease();
      await provider.createInstances([newInstance("a")]);
      const news = await listenTo(other);
      // As if it were sent by somebody who saw another owner, just before that one left.
      await schema.query("UPDATE ready SET lane = '@gone'");
      await provider.closeLease(node.nodeId);
      const lane = async () => (await schema.query<{ lane: string }>("SELECT lane FROM ready"))[0]?.lane;
      await news.untilFound(async () => (await lane()) === ":order@1");
    }));

  test("whoever takes over from a dead node looks for all that only that one knew: timers, and ends", () =>
    inSchema(async (schema) => {
      await using provider = await schema.open();
      const [dead, live] = [0, 1].map(
        () => new TestNode(provider, { leaseMs: 60_000, handlers: ["order@1"], activities: [] }),
      ) as [TestNode, TestNode];
      await dead.openLease();
      await live.openLease();
      const heard = new Promise<Wake>((resolve) => provider.subscribe(resolve));
      await schema.query("UPDATE nodes SET lease_until = 0 WHERE node_id = $1", [dead.nodeId]);
      await live.renewLease();
      const { instances, work, changed, ended } = await soon(heard);
      assert.deepEqual([instances, work, changed, ended], [true, true, null, null]);
    }));

  test("news that could not be passed on are passed on later", () =>
    inSchema(async (schema) => {
      const pool = new CountingPool(schema.pool);
      await using sender = await PostgresProvider.open(pool, { schema: schema.schema });
      await using receiver = await schema.open();
      const heard = (await listenTo(receiver)).next();
      // As when all of its connections are taken.
      pool.refuseAfter("create_instances(");
      await sender.createInstances([newInstance("a")]);
      await heard;
      assert.equal(pool.refused, 1);
    }));

  test("what another process hands back is found at once, although it keeps its place in the line", () =>
    inSchema(async (schema) => {
      await using provider = await schema.open();
      await using other = await schema.open();
      const options = { leaseMs: 60_000, handlers: ["order@1"], activities: ["charge"] };
      const [node, rival] = [new TestNode(provider, options), new TestNode(other, options)];
      await node.openLease();
      await rival.openLease();
      await provider.createInstances([newInstance("a")]);
      const owned = found((await node.fetch()).instances[0]);
      await node.commit([turnOf(owned, 1, { work: [workItem("w")] })]);
      const { id, delivery } = found((await node.fetchWork()).items[0]);
      await schema.query("UPDATE work_items SET visible_at = visible_at - 60000");
      const news = await listenTo(other);
      // It has just looked, and found nothing older than that.
      assert.deepEqual((await rival.fetchWork()).items, []);
      await node.commit([], { results: [{ id, delivery, kind: "abandon" }] });
      await news.untilFound(async () => (await rival.fetchWork()).items[0]?.id === "w");
    }));

  test("news of a start in a transaction say when it was dated, since that may be open for long", () =>
    inSchema(async (schema) => {
      await using provider = await schema.open();
      const channel = new NewsChannel(`"${schema.schema}"`);
      const client = await schema.pool.connect();
      await client.query(`LISTEN "${channel.name}"`);
      const heard = new Promise<string>((resolve) => client.on("notification", (news) => resolve(news.payload ?? "")));
      await client.query("BEGIN");
      await provider.transactions.createInstances(client, [newInstance("a")]);
      await client.query("COMMIT");
      const news = await heard;
      client.release(true);
      const [entry] = await schema.query<{ ready_at: string }>("SELECT ready_at FROM ready");
      const at = Number(entry?.ready_at);
      assert.deepEqual(channel.newsIn(news, at + 100), newsOfStarts);
      assert.deepEqual(channel.newsIn(news, at + 60_000), oldNews);
    }));

  test("whoever finds work of a session that is another node's says that it is there for that one", () =>
    inSchema(async (schema) => {
      await using provider = await schema.open();
      await using other = await schema.open();
      const options = { leaseMs: 60_000, handlers: ["order@1"], activities: ["charge"] };
      const [node, holder] = [new TestNode(provider, options), new TestNode(other, options)];
      await node.openLease();
      await holder.openLease();
      await provider.createInstances([newInstance("a")]);
      const owned = found((await node.fetch()).instances[0]);
      // Scheduled when the session was nobody's yet.
      await node.commit([turnOf(owned, 1, { work: [workItem("w", { session: "s" })] })]);
      await schema.query("INSERT INTO sessions VALUES ('s', $1, $2)", [holder.nodeId, Date.now()]);
      const woken = (await listenTo(other)).next();
      assert.deepEqual((await node.fetchWork()).items, []);
      await woken;
      assert.equal((await holder.fetchWork()).items[0]?.id, "w");
    }));

  test("a start that has to wait for another of its id holds up no others, and is dated after that wait", () =>
    inSchema(async (schema) => {
      await using provider = await schema.open({ listen: false });
      const client = await schema.pool.connect();
      await client.query("BEGIN");
      await provider.transactions.createInstances(client, [newInstance("a")]);
      const started = provider.createInstances([newInstance("a")]);
      await untilWaiting(schema);
      // Nobody else waits for that.
      assert.equal((await provider.createInstances([newInstance("b")]))[0]?.created, true);
      const together = provider.createInstances([newInstance("a"), newInstance("c")]);
      assert.equal((await provider.createInstances([newInstance("d")]))[0]?.created, true);
      await untilWaiting(schema);
      const [clock] = await schema.query<{ now: string }>("SELECT store_now() AS now");
      await client.query("ROLLBACK");
      client.release();
      const created = [...(await started), ...(await together)].map((start) => start.created);
      assert.ok(created.filter((is) => is).length === 2 && created[2] === true, created.join());
      const [entry] = await schema.query<{ ready_at: string }>(
        "SELECT ready_at FROM ready JOIN instances USING (key) WHERE instance_id = 'a'",
      );
      assert.ok(Number(entry?.ready_at) >= Number(clock?.now), `${entry?.ready_at} is before ${clock?.now}`);
    }));

  test("a listener whose connection died listens again, and looks at what it may have missed", () =>
    inSchema(async (schema) => {
      await using provider = await schema.open();
      const woken = (await listenTo(provider)).next();
      const [pid] = await untilListening(schema, 1);
      await schema.query("SELECT pg_terminate_backend($1)", [pid]);
      assert.equal((await woken).changed, null);
      const [another] = await untilListening(schema, 1);
      assert.notEqual(another, pid);
    }));
});

/** What a provider tells a subscriber from when on it hears others: by then it has told him to look at what was there. */
async function listenTo(provider: Provider): Promise<{
  next(): Promise<Wake>;
  until(isSo: (wake: Wake) => boolean): Promise<Wake>;
  untilFound(isFound: () => Promise<boolean>): Promise<void>;
}> {
  let heard = (_wake: Wake): void => undefined;
  const wake = () => new Promise<Wake>((resolve) => (heard = resolve));
  const listening = wake();
  provider.subscribe((said) => heard(said));
  await soon(listening);
  return {
    next: () => soon(wake()),
    until: (isSo) => soon(new Promise((resolve) => provider.subscribe((said) => isSo(said) && resolve(said)))),
    async untilFound(isFound) {
      for (let woken = wake(); !(await isFound()); woken = wake()) await soon(woken);
    },
  };
}

/** The processes of the server that listen for this schema's news. */
async function untilListening(schema: PostgresSchema, count: number): Promise<number[]> {
  for (;;) {
    const rows = await schema.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND query LIKE '% AS echo' AND state = 'idle'",
      [schema.schema],
    );
    if (rows.length === count) return rows.map(({ pid }) => pid);
  }
}

/** Until a statement of this schema's waits for a lock. */
async function untilWaiting(schema: PostgresSchema): Promise<void> {
  const text = "SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'";
  while ((await schema.query(text, [schema.schema])).length === 0);
}

/** A provider keeps no process alive that only waits for it to listen again. */
async function soon<T>(promise: Promise<T>): Promise<T> {
  const timer = setTimeout(() => undefined, 20_000);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
