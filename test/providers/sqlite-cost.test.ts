import assert from "node:assert/strict";
import { test } from "node:test";
import type { TurnCommit, Wake } from "../../src/providers/contract.ts";
import { Connection } from "../../src/providers/sqlite/connection.ts";
import {
  committed,
  ended,
  fenceOf,
  found,
  message,
  newInstance,
  type OpenStore,
  Scene,
  turnAfter,
  turnOf,
  workItem,
} from "../../src/providers/conformance/scene.ts";
import { openFileStore, openMemoryStore } from "./sqlite-file.ts";

test("E1 a fused step of a sequential orchestration writes three rows", async () => {
  await using probe = await StatementProbe.start(openFileStore);
  const { scene } = probe;
  const node = await scene.node();
  const owned = await scene.claimed(node, "a");
  let turn: TurnCommit = turnOf(owned, 2, { work: [workItem("w1")] });
  let { work } = await node.commit([turn], { claimWork: node.slots(1) });
  for (let step = 2; step < 5; step += 1) {
    turn = turnAfter(turn, 2, { ackedWork: [fenceOf(found(work[0]))], work: [workItem(`w${step}`)] });
    probe.reset();
    const answer = await node.commit([turn], { claimWork: node.slots(1) });
    assert.equal(answer.turns[0]?.status, "committed");
    assert.equal(probe.rowsWritten, 3, "two events, and one ownership that carries the work item");
    assert.equal(probe.writing.length, 2, probe.writing.join());
    work = answer.work;
  }
});

test("E1b a fused step whose items are in the queue writes four rows", async () => {
  await using probe = await StatementProbe.start(openFileStore);
  const { scene } = probe;
  const node = await scene.node();
  const owned = await scene.claimed(node, "a");
  const turn = turnOf(owned, 2, { work: [workItem("w1")] });
  committed(await node.commitOne(turn));
  const [item] = (await node.fetchWork()).items;
  probe.reset();
  const next = turnAfter(turn, 2, { ackedWork: [fenceOf(found(item))], work: [workItem("w2")] });
  committed(await node.commitOne(next, { claimWork: node.slots(1) }));
  assert.equal(probe.rowsWritten, 4, "two events, one work item handed on, one ownership");
  assert.equal(probe.writing.length, 3, probe.writing.join());
});

test("E2 the statements of a fused step do not depend on how many turns share the commit", async () => {
  await using probe = await StatementProbe.start(openFileStore);
  const { scene } = probe;
  const node = await scene.node();
  await scene.start(...Array.from({ length: 50 }, (_, index) => `i${index}`));
  const turns = (await node.fetch()).instances.map((owned) => turnOf(owned, 2, { work: [workItem(owned.instanceId)] }));
  const { work } = await node.commit(turns, { claimWork: node.slots(50) });
  const next = turns.map((turn, index) =>
    turnAfter(turn, 2, { ackedWork: [fenceOf(found(work[index]))], work: [workItem(`next ${index}`)] }),
  );
  probe.reset();
  await node.commit(next, { claimWork: node.slots(50) });
  assert.equal(probe.rowsWritten, 50 * 3);
  assert.ok(probe.statements.length <= 50 * 2 + 6, `${probe.statements.length} statements`);
});

test("E8 an item that takes over the row of the one before it has nothing of it", async () => {
  await using scene = await Scene.open(openFileStore);
  const node = await scene.node();
  const owned = await scene.claimed(node, "a");
  const turn = turnOf(owned, 2, { work: [workItem("w1", { startBy: scene.clock.now + 60_000 })] });
  committed(await node.commitOne(turn));
  const first = found((await node.fetchWork()).items[0]);
  await node.provider.heartbeatWork(node.nodeId, fenceOf(first), "half");
  await node.commit([], { results: [{ ...fenceOf(first), kind: "retry", delayMs: 0, note: "it failed" }] });
  const again = found((await node.fetchWork()).items[0]);
  assert.deepEqual([again.delivery, again.failures, again.heartbeat, again.note], [2, 1, "half", "it failed"]);

  const next = turnAfter(turn, 2, { ackedWork: [fenceOf(again)], work: [workItem("w2")] });
  const { work } = await node.commit([next], { claimWork: node.slots(1) });
  const taken = found(work[0]);
  await node.commit([], { results: [{ ...fenceOf(taken), kind: "abandon" }] });
  const seen = found((await node.fetchWork()).items[0]);
  assert.equal(seen.id, "w2");
  assert.deepEqual([seen.delivery, seen.failures, seen.lost, seen.heartbeat, seen.note], [2, 0, 0, null, null]);

  const wrong = { ...fenceOf(seen), delivery: seen.delivery + 1 };
  const fenced = turnAfter(next, 2, { ackedWork: [wrong], work: [workItem("w3")] });
  const answer = await node.commit([fenced], { claimWork: node.slots(1) });
  assert.equal(answer.turns[0]?.status, "fenced");
  assert.deepEqual(answer.work, []);
  assert.deepEqual(await node.provider.findLostWork(node.nodeId, [fenceOf(seen)]), [], "w2 is what it was");
});

test("E7 a fetch that is made at the wake-up before a commit claims what it brings, and no other is asked for", async () => {
  await using probe = await StatementProbe.start(openFileStore);
  const { scene } = probe;
  const node = await scene.node();
  const wakes: Wake[] = [];
  const fetches: Promise<string[]>[] = [];
  scene.provider.subscribe((wake) => {
    wakes.push(wake);
    if (wake.beforeCommit === true) fetches.push(node.fetchIds());
  });
  probe.reset();
  await scene.start("a", "b");
  assert.deepEqual(await Promise.all(fetches), [["a", "b"]]);
  assert.equal(probe.statements.filter((sql) => sql === "COMMIT").length, 1);
  await scene.start("a");
  assert.deepEqual(
    wakes.map(({ instances, changed, beforeCommit }) => [instances, changed, beforeCommit]),
    [
      [true, [], true],
      [false, ["a", "b"], undefined],
    ],
  );

  const other = await scene.node();
  await scene.start("c");
  assert.deepEqual(await fetches[1], ["a", "b", "c"], "the messages of the first two are not acked");
  await other.fetch();
  assert.equal(wakes.at(-1)?.instances, true, "the other node may be the one that it is for");
});

test("E3 no statement of the hot paths scans a table, sorts, or is compiled at every use", async () => {
  await using probe = await StatementProbe.start(openMemoryStore);
  const { scene } = probe;
  const node = await scene.node({ leaseMs: 600_000, handlers: ["order@1", "x@1"], activities: ["charge", "ship"] });
  await scene.provider.createInstances([
    newInstance("x", { handler: "x@1" }),
    newInstance("gone", { handler: "gone@1" }),
  ]);
  const owned = await scene.claimed(node, "a");
  const turn = turnOf(owned, 2, {
    work: [workItem("w1"), workItem("w2", { name: "ship" })],
    messages: [message("x", "m")],
  });
  committed(await node.commitOne(turn));
  await scene.provider.enqueue([message("a", "m1"), message("a", "e1", "ending")]);
  await node.fetch({ limit: 0 });
  await node.fetch({ limit: 1, unservableForMs: 0 });
  const { items } = await node.fetchWork();
  const fused = turnAfter(turn, 2, { ackedWork: [fenceOf(found(items[0]))] });
  committed(await node.commitOne(fused, { claimWork: node.slots(5) }));
  await node.commit([], { results: [{ ...fenceOf(found(items[1])), kind: "retry", delayMs: 0, note: null }] });
  await scene.provider.fireTimers({ partitions: [0, 1], limit: 10 });
  await scene.provider.expireWork({ nodeId: node.nodeId, graceMs: 0, limit: 10 });
  await scene.provider.findUnservable({ graceMs: 0 });
  await scene.provider.releaseAllExcept(node.nodeId, { instances: [owned.ref], work: [] });
  committed(await node.commitOne(turnAfter(fused, 1, ended("completed"))));
  await scene.provider.readHistory("a");
  await scene.provider.listExecutions("a");
  await scene.provider.readProgress("a");
  await scene.provider.listChildren("a", "r");
  const everything = { statuses: null, name: null, quarantined: null, limit: 10, cursor: null };
  for (const request of [{}, { name: "order" }, { statuses: ["failed" as const] }, { quarantined: true }]) {
    await scene.provider.listInstances({ ...everything, ...request });
  }
  await scene.provider.pruneInstances({ statuses: ["completed"], endedBefore: scene.clock.now, limit: 10 });
  await node.renewLease();
  await scene.provider.closeLease(node.nodeId);

  const offenders = [...new Set(probe.statements)]
    .filter((sql) => /^\s*(SELECT|UPDATE|DELETE|INSERT|WITH)/.test(sql))
    .flatMap((sql) => probe.plan(sql).map((step) => ({ sql: sql.trim(), step })))
    .filter(({ step }) => /^SCAN (perdure_|[a-z]\b)|TEMP B-TREE/.test(step))
    // Small by nature.
    .filter(({ step }) => !/^SCAN perdure_(nodes|unservable|time)$/.test(step))
    .filter(({ sql }) => !/executions \(key, id\)/.test(sql));
  assert.deepEqual(offenders, []);
  const compiledAnew = probe.statements.filter((sql) => /\bLIMIT \?\d*\s*$/.test(sql));
  assert.deepEqual([...new Set(compiledAnew)], [], "a bare limit is compiled again at every use");
});

test("E4 a claim takes as long however many instances and items are there that the node cannot take", async () => {
  const fastestClaimMs = async (crowd: number) => {
    await using scene = await Scene.open(openMemoryStore);
    const node = await scene.node({ leaseMs: 600_000 });
    const foreigner = await scene.node({
      leaseMs: 600_000,
      handlers: ["foreign@1"],
      activities: ["foreign", "charge"],
    });
    const instances = Array.from({ length: crowd }, (_, index) => newInstance(`f${index}`, { handler: "foreign@1" }));
    await scene.provider.createInstances(instances);
    const busy = found((await foreigner.fetch({ limit: 1 })).instances[0]);
    const foreign = Array.from({ length: crowd }, (_, index) => workItem(`w${index}`, { name: "foreign" }));
    const delayed = Array.from({ length: crowd }, (_, index) => workItem(`d${index}`));
    committed(await foreigner.commitOne(turnOf(busy, 1, { work: delayed })));
    const retries = (await foreigner.fetchWork(crowd)).items.map((item) => {
      return { ...fenceOf(item), kind: "retry", delayMs: 60_000, note: null } as const;
    });
    await foreigner.commit([turnAfter(turnOf(busy, 1), 1, { work: foreign })], { results: retries });
    let fastest = Infinity;
    for (let round = 0; round < 30; round += 1) {
      const startedAt = performance.now();
      assert.deepEqual(await node.fetchIds(), []);
      assert.deepEqual((await node.fetchWork()).items, []);
      fastest = Math.min(fastest, performance.now() - startedAt);
    }
    return fastest;
  };
  const few = await fastestClaimMs(10);
  const many = await fastestClaimMs(10_000);
  assert.ok(many < few * 4, `${few} ms beside 10 others, ${many} ms beside 10,000`);
});

test("E5 a fetch that finds nothing writes nothing", async () => {
  await using probe = await StatementProbe.start(openFileStore);
  const node = await probe.scene.node();
  probe.reset();
  await node.fetch();
  await node.fetchWork();
  await node.provider.fireTimers({ partitions: [0], limit: 10 });
  assert.equal(probe.rowsWritten, 0);
});

test("E6 a deleted instance leaves no row in any table", async () => {
  await using probe = await StatementProbe.start(openMemoryStore);
  const { scene } = probe;
  const node = await scene.node();
  const owned = await scene.claimed(node, "a");
  const turn = turnOf(owned, 2, {
    work: [workItem("w1")],
    timers: [{ eventId: 1, partition: 0, dueAt: 1, body: "t" }],
    state: [{ key: "k", payload: "1" }],
    messages: [message("a", "m")],
  });
  committed(await node.commitOne(turn));
  const tables = probe.tables().filter((name) => probe.columns(name).includes("key"));
  assert.ok(tables.length >= 7);
  for (const table of tables) assert.ok(probe.count(table) > 0, table);
  const { runId } = found(await scene.provider.readInstance("a"));
  await scene.provider.deleteInstance({ instanceId: "a", runId, force: true, notify: null });
  for (const table of tables) assert.equal(probe.count(table), 0, table);
});

function rowsChanged(sql: string, result: unknown): number {
  if (!/^\s*(INSERT|UPDATE|DELETE)/.test(sql)) return 0;
  if (typeof result === "number") return result;
  return Array.isArray(result) && Array.isArray(result[0]) ? result.length : Number(result !== undefined);
}

/** Listens to what the provider's connections are asked to do. */
class StatementProbe implements AsyncDisposable {
  readonly scene: Scene;
  readonly statements: string[] = [];
  rowsWritten = 0;
  readonly #restore: () => void;
  readonly #writer: Connection;

  static async start(openStore: OpenStore): Promise<StatementProbe> {
    const methods = Object.getOwnPropertyDescriptors(Connection.prototype);
    const calls: { on: Connection; sql: string; changes: number }[] = [];
    let listener: (on: Connection, sql: string, changes: number) => void = (on, sql, changes) =>
      calls.push({ on, sql, changes });
    for (const name of ["run", "get", "all"] as const) {
      const original = methods[name].value as (this: Connection, sql: string, ...values: unknown[]) => unknown;
      Connection.prototype[name] = function (this: Connection, sql: string, ...values: unknown[]) {
        const result = original.call(this, sql, ...values);
        listener(this, sql, rowsChanged(sql, result));
        return result as never;
      };
    }
    const scene = await Scene.open(openStore);
    const restore = () => Object.defineProperties(Connection.prototype, methods);
    await scene.start("a probe");
    const writer = found(calls.find(({ sql }) => sql === "BEGIN IMMEDIATE")).on;
    const runId = found(await scene.provider.readInstance("a probe")).runId;
    await scene.provider.deleteInstance({ instanceId: "a probe", runId, force: true, notify: null });
    const probe = new StatementProbe(scene, restore, writer);
    listener = (_, sql, changes) => {
      probe.statements.push(sql);
      probe.rowsWritten += changes;
    };
    return probe;
  }

  constructor(scene: Scene, restore: () => void, writer: Connection) {
    this.scene = scene;
    this.#restore = restore;
    this.#writer = writer;
  }

  get writing(): string[] {
    return this.statements.filter((sql) => /^\s*(INSERT|UPDATE|DELETE)/.test(sql));
  }

  reset(): void {
    this.statements.length = 0;
    this.rowsWritten = 0;
  }

  plan(sql: string): string[] {
    type Step = [id: number, parent: number, unused: number, detail: string];
    return this.#quietly(() => this.#writer.all<Step>(`EXPLAIN QUERY PLAN ${sql}`).map(([, , , detail]) => detail));
  }

  tables(): string[] {
    const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'perdure_%'";
    return this.#quietly(() => this.#writer.all<[string]>(sql).map(([name]) => name));
  }

  columns(table: string): string[] {
    return this.#quietly(() =>
      this.#writer.all<[number, string]>(`PRAGMA table_info(${table})`).map(([, name]) => name),
    );
  }

  count(table: string): number {
    return this.#quietly(() => found(this.#writer.get<[number]>(`SELECT count(*) FROM ${table}`))[0]);
  }

  #quietly<T>(look: () => T): T {
    const { length } = this.statements;
    const result = look();
    this.statements.length = length;
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.scene[Symbol.asyncDispose]();
    this.#restore();
  }
}
