import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type pg from "pg";
import { InvalidArgumentError, SchemaVersionError, StorageError } from "../../src/errors/index.ts";
import { type PostgresOptions, PostgresProvider } from "../../src/providers/postgres/index.ts";
import { PostgresSchema } from "../support/postgres-schema.ts";
import { postgresUrl } from "../support/postgres-server.ts";
import { newInstance } from "../../src/providers/conformance/scene.ts";

describe("opening PostgreSQL", () => {
  test("ten processes that open a new schema at once make it once, and all of them can use it", async () => {
    await using schema = await PostgresSchema.create();
    const pools = Array.from({ length: 10 }, () => schema.newPool({ max: 2 }));
    const open = (pool: pg.Pool) => PostgresProvider.open(pool, { schema: schema.schema, listen: false });
    const providers = await Promise.all(pools.map(open));
    await Promise.all(providers.map((provider, n) => provider.createInstances([newInstance(`i${n}`)])));
    assert.equal(await providers[0]?.countInstances({ statuses: null, name: null, quarantined: null }), 10);
    const versions = await schema.query<{ version: number }>("SELECT version FROM schema_versions ORDER BY 1");
    assert.deepEqual(
      versions.map(({ version }) => version),
      versions.map((_row, index) => index + 1),
    );
    await Promise.all(providers.map((provider) => provider.close()));
    await Promise.all(pools.map((pool) => pool.end()));
  });

  test("a schema may have any plain name, with capitals and as a word of SQL; the default is perdure", async () => {
    await using schema = await PostgresSchema.create();
    for (const name of [`${schema.schema}_X`, "Order", "select", `_${"x".repeat(62)}`]) {
      await using provider = await PostgresProvider.open(schema.pool, { schema: name });
      await provider.createInstances([newInstance("a")]);
      assert.equal((await provider.readInstance("a"))?.status, "pending");
      await schema.pool.query(`DROP SCHEMA "${name}" CASCADE`);
    }
  });

  test("a schema name that is anything else is refused before anything is asked of the server", async () => {
    const names = [
      "",
      "a b",
      'a"; DROP SCHEMA public; --',
      "a'b",
      "a.b",
      "1a",
      "pg_x",
      "PG_x",
      "a\0b",
      "x".repeat(64),
      7,
    ];
    for (const schema of names) {
      const options = { schema } as unknown as PostgresOptions;
      await assert.rejects(PostgresProvider.open("postgres://127.0.0.1:1/x", options), InvalidArgumentError);
    }
  });

  test("what looks like SQL in ids, names and payloads is only text", async () => {
    await using schema = await PostgresSchema.create();
    await using provider = await schema.open();
    const text = `'; DROP SCHEMA ${schema.schema} CASCADE; -- " \\ $1 $$ {a,"b"} NULL`;
    const start = newInstance(text, { name: text, message: { body: text, payload: text } });
    await provider.createInstances([start]);
    assert.deepEqual(await provider.enqueue([{ instanceId: text, lane: "normal", body: text, payload: text }]), [
      "queued",
    ]);
    const { instances } = await provider.listInstances({
      statuses: ["pending", text as never],
      name: text,
      quarantined: null,
      limit: 9,
      cursor: null,
    });
    assert.deepEqual([instances[0]?.instanceId, instances[0]?.name], [text, text]);
    assert.deepEqual(
      await provider.deleteInstance({ instanceId: text, runId: start.runId, force: true, notify: null }),
      {
        status: "deleted",
        instanceIds: [text],
      },
    );
  });

  test("verifying makes nothing, refuses what is not up to date, and opens what is", async () => {
    await using schema = await PostgresSchema.create();
    await assert.rejects(schema.open({ migrations: "verify" }), SchemaVersionError);
    const exists = "SELECT 1 FROM pg_namespace WHERE nspname = $1";
    assert.deepEqual(await schema.query(exists, [schema.schema]), []);
    await (await schema.open()).close();
    await (await schema.open({ migrations: "verify" })).close();
  });

  test("a release refuses a schema that is newer than it knows, and leaves it alone", async () => {
    await using schema = await PostgresSchema.create();
    await (await schema.open()).close();
    const [newest] = await schema.query<{ version: number }>("SELECT max(version) AS version FROM schema_versions");
    await schema.query("INSERT INTO schema_versions VALUES (99, now())");
    for (const migrations of ["apply", "verify"] as const) {
      await assert.rejects(schema.open({ migrations }), (error) => {
        assert.ok(error instanceof SchemaVersionError);
        return new RegExp(`version 99.*up to ${newest?.version}\\b`).test(error.message);
      });
    }
    assert.equal((await schema.query("SELECT 1 FROM schema_versions")).length, (newest?.version ?? 0) + 1);
  });

  for (const [setting, why] of [
    ["synchronous_commit=off", /synchronous_commit is off/],
    ["default_transaction_isolation=serializable", /read committed/],
    ["default_transaction_read_only=on", /read-only/],
  ] as const) {
    test(`connections with ${setting} are refused, and the error says why`, async () => {
      await using schema = await PostgresSchema.create();
      const pool = schema.newPool({ options: `-c ${setting}` });
      await assert.rejects(PostgresProvider.open(pool, { schema: schema.schema }), (error) => {
        assert.ok(error instanceof StorageError);
        return why.test(error.message);
      });
      await pool.end();
    });
  }

  test("a server that cannot be reached, a wrong password and an unknown database are storage errors", async () => {
    const good = new URL(await postgresUrl());
    const wrong = { port: "1", password: "wrong", pathname: "/nowhere" };
    for (const [part, value] of Object.entries(wrong)) {
      const url = new URL(good);
      url[part as keyof typeof wrong] = value;
      if (part === "port") url.hostname = "127.0.0.1";
      await assert.rejects(PostgresProvider.open(url.href), StorageError);
    }
  });

  test("a pool of the user's is still theirs after the provider is closed; one of the provider's own is ended", async () => {
    await using schema = await PostgresSchema.create();
    await (await schema.open()).close();
    assert.equal((await schema.pool.query("SELECT 1 AS one")).rows[0].one, 1);
    assert.equal(schema.pool.listenerCount("error"), 1, "of the test's own");
    const url = new URL(schema.url);
    url.searchParams.set("application_name", `own ${schema.schema}`);
    const own = await PostgresProvider.open(url.href, { schema: schema.schema });
    own.subscribe(() => undefined);
    await own.close();
    const connections = "SELECT pid FROM pg_stat_activity WHERE application_name = $1";
    for (;;) if ((await schema.query(connections, [`own ${schema.schema}`])).length === 0) break;
  });

  test("connections that the server ends are storage errors at most; then there are new ones", async () => {
    await using schema = await PostgresSchema.create();
    const url = new URL(schema.url);
    url.searchParams.set("application_name", schema.schema);
    await using provider = await PostgresProvider.open(url.href, { schema: schema.schema });
    provider.subscribe(() => undefined);
    const others = "FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()";
    const kill = `SELECT pg_terminate_backend(pid) ${others}`;
    for (let round = 0; round < 5; round += 1) {
      const calls = Promise.allSettled(
        Array.from({ length: 20 }, (_, n) => provider.createInstances([newInstance(`${round} ${n}`)])),
      );
      await schema.query(kill, [schema.schema]);
      for (const outcome of await calls) {
        if (outcome.status === "rejected") assert.ok(outcome.reason instanceof StorageError, String(outcome.reason));
      }
    }
    // Those that died while they were idle may still be in the pool: each is given away at most once.
    const answers = Array.from({ length: 11 }, () =>
      provider.readInstance("a").then(
        () => true,
        () => false,
      ),
    );
    assert.ok((await Promise.all(answers)).length === 11);
    assert.equal(await provider.readInstance("a"), null);
  });
});
