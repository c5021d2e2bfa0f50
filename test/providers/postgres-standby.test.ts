import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { Client } from "../../src/client/index.ts";
import { StorageError } from "../../src/errors/index.ts";
import { PostgresProvider } from "../../src/providers/postgres/index.ts";
import { startPostgres } from "../support/postgres-server.ts";

test("a standby is not asked, however well it answers: what it knows may be long past", async () => {
  const server = await startPostgres();
  try {
    await using provider = await PostgresProvider.open(server.url, { listen: false });
    const client = new Client(provider);
    await client.start("order", 1, { instanceId: "a" });
    await server.crash();
    await server.restart("standby");
    await untilItAnswers(server.url);
    for (const ask of [() => client.getStatus("a"), () => client.list(), () => client.getStatus("nobody")]) {
      await assert.rejects(ask(), StorageError);
    }
    await assert.rejects(PostgresProvider.open(server.url, { listen: false }), StorageError);
    await query(server.url, "SELECT pg_promote()");
    assert.equal((await client.getStatus("a")).status, "pending");
  } finally {
    await server.stop();
  }
});

async function untilItAnswers(url: string): Promise<void> {
  for (;;) {
    try {
      return await query(url, "SELECT pg_is_in_recovery()");
    } catch {
      // Still starting.
    }
  }
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query(text);
  } finally {
    client.end().catch(() => undefined);
  }
}
