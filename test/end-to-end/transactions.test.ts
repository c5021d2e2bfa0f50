import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import { withCodec } from "../../src/codec/index.ts";
import { activity, orchestration, transaction } from "../../src/definition/index.ts";
import { InvalidArgumentError, NonRetryableError, StorageError } from "../../src/errors/index.ts";
import type { PostgresTransaction } from "../../src/providers/postgres/index.ts";
import type { CompleteWork, Provider, WorkCompletion } from "../../src/providers/contract.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { errorOf, kindsOf, statusOf, untilRecorded } from "../support/instances.ts";
import { type AnyTransaction, UserRows } from "../support/user-rows.ts";
import { inEveryMode, onEveryStore, World } from "../support/world.ts";

const retry = { maxAttempts: 3, initialInterval: 1 };

/** A transactional activity, and an orchestration that calls it. */
function payment(body: (id: string, tx: AnyTransaction, attempt: number) => unknown, options: object = {}) {
  const pay = transaction("pay", { retry, ...options }, (ctx, id: string, tx: AnyTransaction) =>
    body(id, tx, ctx.attempt),
  );
  const order = orchestration("order", async (ctx, id: string) => await ctx.activity(pay, id));
  return { activities: [pay], orchestrations: [order], order };
}

/** After something that may be a promise, as it is on PostgreSQL. */
const after = (first: unknown, then: () => unknown): unknown => (first instanceof Promise ? first.then(then) : then());

inEveryMode(
  "a transaction's rows are there once its completion is, and its history is an activity's",
  async (world) => {
    const rows = new UserRows(world);
    const { order, ...definitions } = payment((id, tx) => after(rows.insert(tx, id), () => `paid ${id}`));
    await world.start(definitions);
    const handle = await world.client.start(order, "o1", { instanceId: "o" });
    assert.equal(await handle.result({ timeout: "10s" }), "paid o1");
    assert.deepEqual(rows.ids(), ["o1"]);
    assert.deepEqual(await kindsOf(world, "o"), [
      "OrchestrationStarted",
      "ActivityScheduled",
      "ActivityCompleted",
      "OrchestrationCompleted",
    ]);
  },
);

onEveryStore("what a transaction throws undoes its writes, and it is tried again", async (world) => {
  const rows = new UserRows(world);
  const { order, ...definitions } = payment((id, tx, attempt) =>
    after(rows.insert(tx, `${id}-${attempt}`), () => {
      if (attempt < 3) throw new Error("not yet");
      return attempt;
    }),
  );
  await world.start(definitions);
  assert.equal(await (await world.client.start(order, "o")).result({ timeout: "10s" }), 3);
  assert.deepEqual(rows.ids(), ["o-3"]);
});

onEveryStore("a transaction that fails for good leaves nothing", async (world) => {
  const rows = new UserRows(world);
  const { order, ...definitions } = payment((id, tx) =>
    after(rows.insert(tx, id), () => {
      throw new NonRetryableError("no funds");
    }),
  );
  await world.start(definitions);
  const error = await errorOf((await world.client.start(order, "o")).result({ timeout: "10s" }));
  assert.match(error.message, /no funds/);
  assert.deepEqual(rows.ids(), []);
});

onEveryStore("the store's own errors reach the caller as they are", async (world) => {
  const rows = new UserRows(world);
  const { order, ...definitions } = payment((id, tx) => after(rows.insert(tx, id), () => rows.insert(tx, id)), {
    retry: { maxAttempts: 1 },
  });
  await world.start(definitions);
  const error = await errorOf((await world.client.start(order, "o")).result({ timeout: "10s" }));
  assert.match(error.message, /unique/i);
  assert.deepEqual(rows.ids(), []);
});

onEveryStore("a result that cannot be stored undoes the writes and is final", async (world) => {
  const rows = new UserRows(world);
  let bodies = 0;
  const { order, ...definitions } = payment((id, tx) =>
    after(rows.insert(tx, id), () => {
      bodies += 1;
      return () => undefined;
    }),
  );
  await world.start(definitions);
  const error = await errorOf((await world.client.start(order, "o")).result({ timeout: "10s" }));
  assert.equal(error.code, "UNSERIALIZABLE_VALUE");
  assert.deepEqual([bodies, rows.ids()], [1, []]);
});

onEveryStore("an instance started inside a transaction shares its fate", async (world) => {
  const rows = new UserRows(world);
  const child = orchestration("child", async () => "child");
  const { order, ...definitions } = payment((id, tx, attempt) => {
    const started = world.client.start(child, undefined, { instanceId: `c${attempt}`, transaction: tx });
    const end = () => {
      if (attempt === 1) throw new Error("not yet");
      return id;
    };
    // On SQLite it has happened by now, and there is nothing to wait for.
    return world.provider.kind === "sqlite" ? end() : started.then(() => rows.insert(tx, id)).then(end);
  });
  await world.start({ ...definitions, orchestrations: [...definitions.orchestrations, child] });
  assert.equal(await (await world.client.start(order, "o")).result({ timeout: "10s" }), "o");
  assert.equal(await world.client.getHandle("c2").result({ timeout: "10s" }), "child");
  assert.equal(await statusOf(world, "c1"), undefined);
});

onEveryStore("an answer that is lost is looked for, and the body not run again if it was committed", async (world) => {
  const rows = new UserRows(world);
  let bodies = 0;
  const { order, ...definitions } = payment((id, tx) => {
    bodies += 1;
    return after(rows.insert(tx, id), () => id);
  });
  const faults = ["before", "after"];
  const provider = withCompleteWork(world.provider, async (real, request) => {
    const fault = faults.shift();
    if (fault === "before") throw new StorageError("lost before");
    const answer = await real(request);
    if (fault === "after") throw new StorageError("lost after");
    return answer;
  });
  await world.start({ ...definitions, provider });
  assert.equal(await (await world.client.start(order, "o")).result({ timeout: "10s" }), "o");
  assert.deepEqual([bodies, rows.ids(), faults], [1, ["o"], []]);
});

onEveryStore("a node that loses its lease in the middle commits nothing", async (world) => {
  const rows = new UserRows(world);
  const { order, ...definitions } = payment((id, tx, attempt) =>
    after(rows.insert(tx, `${id}-${attempt}`), () => attempt),
  );
  let held = 0;
  const provider = withCompleteWork(world.provider, async (real, request) => {
    held += 1;
    if (held > 1) return await real(request);
    // The lease ends after the body was begun, as far as the node can tell, and before it is committed.
    await world.provider.closeLease(request.nodeId);
    const answer = await real(request);
    assert.equal(answer.status, "fenced");
    return answer;
  });
  await world.start({ ...definitions, provider, leaseDuration: "1s" });
  await (await world.client.start(order, "o")).result({ timeout: "15s" });
  assert.equal(rows.ids().length, 1);
});

onEveryStore("a codec sees what a transaction gives", async (world) => {
  const rows = new UserRows(world);
  const reverse = (text: string) => Array.from(text).toReversed().join("");
  const provider = withCodec(world.provider, { encode: reverse, decode: reverse });
  const { order, ...definitions } = payment((id, tx) => after(rows.insert(tx, id), () => "secret"));
  const node = await Runtime.start({ provider, ...definitions });
  const client = new Client(provider);
  assert.equal(await (await client.start(order, "o", { instanceId: "o" })).result({ timeout: "10s" }), "secret");
  const history = JSON.stringify(world.store.sql("SELECT body, payload FROM perdure_history"));
  assert.ok(history.includes("terces") && !history.includes("secret"));
  await node.stop();
});

onEveryStore("a store without transactions refuses the node that needs them", async (world) => {
  const { order: _order, ...definitions } = payment(() => null);
  const provider = new Proxy(world.provider, {
    get: (target, key) => (key === "transactions" ? undefined : bound(target, key)),
  });
  const error = await errorOf(world.start({ ...definitions, provider }));
  assert.ok(error instanceof InvalidArgumentError);
  assert.match(error.message, /has none to give/);
});

test("on SQLite a transaction that is async, or gives a promise, is refused, and nothing of it remains", async () => {
  const world = await openOn("sqlite");
  const rows = new UserRows(world);
  const isAsync = transaction("late", async (_ctx, _input: string, tx: AnyTransaction) => rows.insert(tx, "o"));
  assert.match((await errorOf(world.start({ activities: [isAsync] }))).message, /is async/);
  let bodies = 0;
  const { order, ...definitions } = payment((id, tx) => {
    bodies += 1;
    rows.insert(tx, id);
    return Promise.reject(new Error("nobody waits for this"));
  });
  await world.start(definitions);
  const error = await errorOf((await world.client.start(order, "o")).result({ timeout: "10s" }));
  assert.match(error.message, /must not be async/);
  assert.deepEqual([bodies, rows.ids()], [1, []]);
  await world.close();
});

onPostgres("the server soon ends the transaction of a machine that is gone without a word", async (world) => {
  const { order, ...definitions } = payment(async (_id, tx) => {
    const { rows } = await (tx as PostgresTransaction).query("SHOW tcp_keepalives_idle");
    return rows[0];
  });
  await world.start(definitions);
  assert.deepEqual(await (await world.client.start(order, "o")).result({ timeout: "10s" }), {
    tcp_keepalives_idle: "5",
  });
});

onPostgres("a transaction that takes too long is given up and tried again", async (world) => {
  const rows = new UserRows(world);
  const aborted: unknown[] = [];
  const pay = transaction("pay", { retry, timeout: 200 }, async (ctx, id: string, tx: PostgresTransaction) => {
    await rows.insert(tx, id);
    ctx.signal.addEventListener("abort", () => aborted.push(ctx.signal.reason));
    if (ctx.attempt === 1) await new Promise(() => undefined);
    return ctx.attempt;
  });
  const order = orchestration("order", async (ctx, id: string) => await ctx.activity(pay, id));
  await world.start({ activities: [pay], orchestrations: [order] });
  assert.equal(await (await world.client.start(order, "o")).result({ timeout: "10s" }), 2);
  assert.deepEqual([rows.ids(), aborted.length], [["o"], 1]);
});

onPostgres("a transaction that is cancelled in the middle leaves nothing", async (world) => {
  const rows = new UserRows(world);
  const begun = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const pay = transaction("pay", async (ctx, id: string, tx: PostgresTransaction) => {
    await rows.insert(tx, id);
    begun.resolve();
    await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
    over.resolve();
  });
  const order = orchestration("order", async (ctx, id: string) => await ctx.activity(pay, id));
  await world.start({ activities: [pay], orchestrations: [order] });
  const handle = await world.client.start(order, "o", { instanceId: "o" });
  await begun.promise;
  await handle.cancel();
  await over.promise;
  assert.equal((await errorOf(handle.result({ timeout: "10s" }))).code, "CANCELLED");
  assert.deepEqual(rows.ids(), []);
});

onPostgres("transactions that cannot both be carried out are run again, without using up an attempt", async (world) => {
  const rows = new UserRows(world);
  world.store.sql("INSERT INTO user_rows (id, amount) VALUES ('account', 0)");
  const attempts = new Set<number>();
  let bodies = 0;
  const pay = transaction("pay", async (ctx, _n: number, tx: PostgresTransaction) => {
    bodies += 1;
    attempts.add(ctx.attempt);
    await tx.query("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
    const { rows: found } = await tx.query<{ amount: number }>(`SELECT amount FROM ${rows.table} WHERE id = 'account'`);
    const amount = (found[0]?.amount ?? 0) + 1;
    await tx.query({ text: `UPDATE ${rows.table} SET amount = $1 WHERE id = 'account'`, values: [amount] });
    return amount;
  });
  const both = orchestration("both", async (ctx) => {
    await Promise.all([ctx.activity(pay, 1), ctx.activity(pay, 2), ctx.activity(pay, 3)]);
  });
  await world.start({ activities: [pay], orchestrations: [both] });
  await (await world.client.start(both)).result({ timeout: "10s" });
  assert.deepEqual(world.store.sql("SELECT amount FROM user_rows"), [{ amount: 3 }]);
  assert.ok(bodies > 3, `only ${bodies} bodies: nothing was in anybody's way`);
  assert.deepEqual([...attempts], [1]);
});

onPostgres("a body that ends its own transaction, or goes on after an error, is told so", async (world) => {
  const rows = new UserRows(world);
  const { order, ...definitions } = payment(
    async (id, tx) => {
      const query = (sql: string) => (tx as PostgresTransaction).query(sql);
      if (id === "ends") await query("COMMIT");
      else if (id === "begins again") await query("ROLLBACK; BEGIN");
      else await query("SELECT 1 / 0").catch(() => undefined);
    },
    { retry: { maxAttempts: 1 } },
  );
  await world.start(definitions);
  const messages = await Promise.all(
    ["ends", "begins again", "goes on"].map(
      async (id) => (await errorOf((await world.client.start(order, id)).result())).message,
    ),
  );
  assert.match(messages[0] as string, /sent COMMIT or ROLLBACK itself/);
  assert.match(messages[1] as string, /sent COMMIT or ROLLBACK itself/);
  assert.match(messages[2] as string, /its body went on/);
  assert.deepEqual(rows.ids(), []);
});

onPostgres("a connection that dies in the middle is no failure of the activity", async (world) => {
  const rows = new UserRows(world);
  let bodies = 0;
  const pay = transaction("pay", async (ctx, id: string, tx: PostgresTransaction) => {
    bodies += 1;
    await rows.insert(tx, id);
    if (bodies === 1) await tx.query("SELECT pg_terminate_backend(pg_backend_pid())");
    return ctx.attempt;
  });
  const order = orchestration("order", async (ctx, id: string) => await ctx.activity(pay, id));
  await world.start({ activities: [pay], orchestrations: [order] });
  assert.equal(await (await world.client.start(order, "o")).result({ timeout: "10s" }), 1);
  assert.deepEqual([bodies, rows.ids()], [2, ["o"]]);
});

onPostgres(
  "bodies that wait leave connections to the node, and a body's transaction is over with it",
  async (world) => {
    const rows = new UserRows(world);
    const release = Promise.withResolvers<void>();
    let waiting = 0;
    const kept: PostgresTransaction[] = [];
    const wait = transaction("wait", async (_ctx, id: string, tx: PostgresTransaction) => {
      kept.push(tx);
      await rows.insert(tx, id);
      waiting += 1;
      await release.promise;
    });
    const quick = activity("quick", () => "quick");
    const all = orchestration("all", async (ctx) => {
      await Promise.all(Array.from({ length: 20 }, (_, n) => ctx.activity(wait, `o${n}`)));
    });
    const other = orchestration("other", async (ctx) => await ctx.activity(quick));
    await world.start({ activities: [wait, quick], orchestrations: [all, other] });
    const handle = await world.client.start(all, undefined, { instanceId: "all" });
    await untilRecorded(world, "all", "ActivityScheduled", 20);
    await world.until("half of the pool is in bodies", () => waiting === 5);
    assert.equal(await (await world.client.start(other)).result({ timeout: "10s" }), "quick");
    assert.equal(waiting, 5);
    release.resolve();
    await handle.result({ timeout: "10s" });
    assert.equal(rows.ids().length, 20);
    await assert.rejects(async () => await (kept[0] as PostgresTransaction).query("SELECT 1"), /is over/);
  },
);

function onPostgres(name: string, run: (world: World) => Promise<void>): void {
  test(`${name} [on PostgreSQL]`, async () => {
    const world = await openOn("postgres");
    try {
      await run(world);
    } finally {
      await world.close();
    }
  });
}

function openOn(store: "sqlite" | "postgres"): Promise<World> {
  return World.open({ name: store, options: {}, store });
}

type Complete = (request: CompleteWork) => Promise<WorkCompletion>;

function withCompleteWork(
  provider: Provider,
  completeWork: (real: Complete, request: CompleteWork) => Promise<WorkCompletion>,
): Provider {
  const { transactions } = provider;
  assert.ok(transactions);
  const faulty = {
    ...transactions,
    completeWork: (request: CompleteWork) => completeWork((one) => transactions.completeWork(one), request),
  };
  return new Proxy(provider, { get: (target, key) => (key === "transactions" ? faulty : bound(target, key)) });
}

function bound(target: Provider, key: string | symbol): unknown {
  const member: unknown = Reflect.get(target, key);
  return typeof member === "function" ? member.bind(target) : member;
}
