import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { Client, type StartOptions } from "../../src/client/index.ts";
import { withCodec } from "../../src/codec/index.ts";
import { orchestration } from "../../src/definition/index.ts";
import { InstanceExistsError, InvalidArgumentError, UnserializableValueError } from "../../src/errors/index.ts";
import type { Provider } from "../../src/providers/contract.ts";
import { SqliteProvider, type SqliteTransaction } from "../../src/providers/sqlite/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { errorOf, statusOf } from "../support/instances.ts";
import { type UserConnection, UserRows } from "../support/user-rows.ts";
import { onEveryStore, type World } from "../support/world.ts";

const checkout = orchestration("checkout", async (_ctx, order: { readonly id: string }) => `shipped ${order.id}`);

interface Shop {
  readonly world: World;
  readonly rows: UserRows;
  readonly user: UserConnection;
  /** In the user's transaction; whatever is wrong is a rejection, on both stores. */
  readonly start: (id: string, options?: StartOptions) => Promise<unknown>;
}

function inShop(name: string, run: (shop: Shop) => Promise<void>): void {
  onEveryStore(name, async (world) => {
    const rows = new UserRows(world);
    const user = await rows.connect();
    const start: Shop["start"] = async (id, options) =>
      await world.client.start(checkout, { id }, { instanceId: id, transaction: user.transaction, ...options });
    try {
      await run({ world, rows, user, start });
    } finally {
      await user.close();
    }
  });
}

inShop("a commit stores the order and starts the instance, which nodes hear of at once", async (shop) => {
  const { world, rows, user, start } = shop;
  await world.start({ orchestrations: [checkout] });
  // Another process on the same store, as far as anybody can tell.
  await using elsewhere = await world.store.openAnother();
  const node = await Runtime.start({ provider: elsewhere, orchestrations: [checkout] });
  await user.send("BEGIN");
  await user.send(rows.insertion("o1"));
  await start("o1");
  assert.equal(await statusOf(world, "o1"), undefined);
  await user.send("COMMIT");
  // Without a hint it would take 45 s.
  assert.equal(await world.client.getHandle("o1").result({ timeout: "10s" }), "shipped o1");
  assert.deepEqual(rows.ids(), ["o1"]);
  await node.stop();
});

inShop("a rollback leaves nothing", async ({ world, rows, user, start }) => {
  await user.send("BEGIN");
  await user.send(rows.insertion("o1"));
  await start("o1");
  await user.send("ROLLBACK");
  assert.deepEqual(rows.ids(), []);
  assert.equal(await statusOf(world, "o1"), undefined);
  for (const table of ["instances", "ownerships", "messages"]) {
    assert.deepEqual(world.store.sql(`SELECT * FROM perdure_${table}`), []);
  }
});

inShop("a start that nobody waited for is in the commit that follows it", async ({ world, rows, user, start }) => {
  await user.send("BEGIN");
  await user.send(rows.insertion("o1"));
  const starting = start("o1");
  await user.send("COMMIT");
  assert.equal((await statusOf(world, "o1"))?.status, "pending");
  assert.deepEqual(rows.ids(), ["o1"]);
  await starting;
});

inShop("what is wrong with a start leaves the transaction as it was", async ({ world, rows, user, start }) => {
  await start("there", { transaction: (await begun(user)).transaction });
  await user.send("COMMIT");
  await user.send("BEGIN");
  await user.send(rows.insertion("o1"));
  const input = { id: "o2", run: () => undefined };
  const unserializable = async () =>
    await world.client.start(checkout, input, { instanceId: "o2", transaction: user.transaction });
  assert.ok((await errorOf(unserializable())) instanceof UnserializableValueError);
  assert.ok((await errorOf(start(""))) instanceof InvalidArgumentError);
  assert.ok((await errorOf(start("there", { onConflict: "fail" }))) instanceof InstanceExistsError);
  await start("there");
  assert.equal(world.log.find("exists already").length, 1);
  await start("o1");
  await start("o1");
  assert.equal(world.log.find("exists already").length, 2);
  await user.send("COMMIT");
  assert.deepEqual(rows.ids(), ["o1"]);
  assert.equal(await world.client.count(), 2);
});

inShop("what the store refuses leaves the transaction as it was", async ({ world, rows, user, start }) => {
  const { store } = world;
  if (store.schema === null) {
    store.sql(
      "CREATE TRIGGER refuse BEFORE INSERT ON perdure_messages BEGIN SELECT RAISE(ABORT, 'it is refused'); END",
    );
  } else {
    store.sql("ALTER TABLE messages ADD CONSTRAINT refuse CHECK (body = '')");
  }
  try {
    await user.send("BEGIN");
    await user.send(rows.insertion("o1"));
    assert.match((await errorOf(start("o1"))).message, /refuse/);
    await user.send("COMMIT");
    assert.deepEqual(rows.ids(), ["o1"]);
    assert.equal(await statusOf(world, "o1"), undefined);
  } finally {
    store.sql(store.schema === null ? "DROP TRIGGER refuse" : "ALTER TABLE messages DROP CONSTRAINT refuse");
  }
});

inShop("what is no open transaction of the store is refused, and nothing is stored", async ({ world, start, user }) => {
  const { schema } = world.store;
  const elsewhere = new DatabaseSync(":memory:");
  elsewhere.exec("BEGIN");
  const wrong: readonly unknown[] = [
    user.transaction, // Without a BEGIN.
    undefined,
    null,
    "BEGIN",
    {},
    { query: "SELECT 1" },
    elsewhere,
    ...(schema === null ? [] : [schema.pool]),
  ];
  for (const transaction of wrong) {
    const error = await errorOf(start("o1", { transaction } as StartOptions));
    assert.ok(error instanceof InvalidArgumentError, String(error));
    assert.match(error.message, /transaction/);
  }
  elsewhere.close();
  const closed = await errorOf(start("o1", { transaction: elsewhere }));
  assert.ok(closed instanceof InvalidArgumentError);
  assert.equal(await world.client.count(), 0);
});

inShop("a transaction that has failed, or is another database's, is told apart", async ({ world, user, start }) => {
  const { schema } = world.store;
  if (schema === null) return;
  await user.send("BEGIN");
  assert.ok(await errorOf(Promise.resolve(user.send("SELECT 1 / 0"))));
  assert.match((await errorOf(start("o1"))).message, /only ROLLBACK is left/);
  await user.send("ROLLBACK");
  const other = await schema.open({ schema: "is_not_there_later" });
  await schema.query("DROP SCHEMA is_not_there_later CASCADE");
  await user.send("BEGIN");
  const lost = new Client(other).start(checkout, { id: "o" }, { transaction: user.transaction });
  assert.match((await errorOf(lost)).message, /must be to the database of the store/);
  await user.send("ROLLBACK");
  await other.close();
});

inShop("a codec encodes what is started in a transaction", async ({ world, user }) => {
  const provider = withCodec(world.provider, reversing);
  const client = new Client(provider);
  await user.send("BEGIN");
  await client.start(checkout, { id: "secret" }, { instanceId: "o1", transaction: user.transaction });
  await user.send("COMMIT");
  const stored = JSON.stringify(world.store.sql("SELECT body, payload FROM perdure_messages"));
  assert.ok(stored.includes("terces") && !stored.includes("secret"), stored);
  const node = await Runtime.start({ provider, orchestrations: [checkout] });
  assert.equal(await client.getHandle("o1").result({ timeout: "10s" }), "shipped secret");
  await node.stop();
});

inShop("a store without transactions says so", async ({ world, user }) => {
  const client = new Client(withoutTransactions(world.provider));
  const start = async () => await client.start(checkout, { id: "o" }, { transaction: user.transaction });
  assert.match((await errorOf(start())).message, /cannot share a transaction/);
  assert.equal(await world.client.count(), 0);
});

test("on SQLite a start has happened, or thrown, when its call returns", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const client = new Client(provider);
  const value = await provider.transaction((tx) => {
    tx.run("CREATE TABLE orders (id TEXT PRIMARY KEY)");
    tx.run("INSERT INTO orders VALUES (?)", "o1");
    void client.start(checkout, { id: "o1" }, { instanceId: "o1", transaction: tx });
    return tx.all("SELECT instance_id FROM perdure_instances");
  });
  assert.deepEqual(
    value.map((row) => ({ ...row })),
    [{ instance_id: "o1" }],
  );
  const failing = provider.transaction((tx) => {
    tx.run("INSERT INTO orders VALUES (?)", "o2");
    void client.start(checkout, { id: "o1" }, { instanceId: "o1", onConflict: "fail", transaction: tx });
  });
  assert.ok((await errorOf(failing)) instanceof InstanceExistsError);
  assert.deepEqual(await provider.transaction((tx) => tx.get("SELECT count(*) AS n FROM orders")?.["n"]), 1);
});

test("a transaction of SQLite is over with its function, and only that ends it", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using other = await SqliteProvider.open(":memory:");
  let kept: SqliteTransaction | undefined;
  await provider.transaction((tx) => {
    kept = tx;
    tx.run("CREATE TABLE orders (id TEXT PRIMARY KEY)");
    assert.throws(
      () => new Client(other).start(checkout, { id: "o" }, { transaction: tx }),
      /belongs to another store/,
    );
  });
  const tx = kept as SqliteTransaction;
  assert.throws(() => tx.run("INSERT INTO orders VALUES ('late')"), /This transaction is over/);
  assert.throws(() => new Client(provider).start(checkout, { id: "o" }, { transaction: tx }), InvalidArgumentError);
  for (const statement of [
    "COMMIT",
    " -- really\n rollback",
    "/* x */ Begin",
    "; savepoint a",
    "PRAGMA user_version = 1",
  ]) {
    const ending = provider.transaction((open) => open.run(statement));
    assert.match((await errorOf(ending)).message, /must not be used here/, statement);
  }
  const promised = provider.transaction(async (open) => {
    open.run("INSERT INTO orders VALUES ('early')");
    await Promise.resolve();
    open.run("INSERT INTO orders VALUES ('late')");
  });
  assert.match((await errorOf(promised)).message, /must not be async/);
  assert.equal(await provider.transaction((open) => open.get("SELECT count(*) AS n FROM orders")?.["n"]), 0);
});

async function begun(user: UserConnection): Promise<UserConnection> {
  await user.send("BEGIN");
  return user;
}

const reverse = (text: string) => Array.from(text).toReversed().join("");
const reversing = { encode: reverse, decode: reverse };

const withoutTransactions = (provider: Provider): Provider =>
  new Proxy(provider, {
    get: (target, key) => {
      if (key === "transactions") return undefined;
      const member: unknown = Reflect.get(target, key);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
