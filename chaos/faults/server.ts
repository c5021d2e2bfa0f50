import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import type { Battlefield } from "../battlefield.ts";
import { now } from "../ledger/ledger-writer.ts";
import { type Fault, onPostgres } from "./fault.ts";
import { firstClaim } from "./watch.ts";

/** The server is gone without a word, for a while, and recovers. */
export const restart: Fault = {
  kind: "server restart",
  stores: onPostgres,
  needsServer: true,
  async strike(field, random) {
    await field.server?.crash();
    await delay(random.between(0, 1_500));
    await field.server?.restart();
    await firstClaim(field, now());
  },
};

/** Instead of the server there is a standby, which answers and takes no writes, until it is promoted. */
export const failover: Fault = {
  kind: "failover",
  stores: onPostgres,
  needsServer: true,
  async strike(field, random) {
    await field.server?.crash();
    await field.server?.restart("standby");
    await delay(random.between(500, 2_000));
    await field.server?.promote();
    await firstClaim(field, now());
  },
};

/** All writes are refused. */
export const readOnly: Fault = {
  kind: "read-only",
  stores: onPostgres,
  async strike(field, random) {
    await set(field, "ALTER SYSTEM SET default_transaction_read_only = on");
    await delay(random.between(300, 1_500));
    await set(field, "ALTER SYSTEM RESET default_transaction_read_only");
    await firstClaim(field, now());
  },
};

/** An administrator ends all connections of all nodes. */
export const endedConnections: Fault = {
  kind: "ended connections",
  stores: onPostgres,
  async strike(field) {
    await ask(field, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()");
    await firstClaim(field, now());
  },
};

async function set(field: Battlefield, statement: string): Promise<void> {
  await ask(field, statement);
  await ask(field, "SELECT pg_reload_conf()");
}

/** Until it is answered: the server may just be starting. */
async function ask(field: Battlefield, statement: string): Promise<void> {
  for (;;) {
    // A server that dies in the moment in which it is asked may never say so.
    const patience = { connectionTimeoutMillis: 2_000, query_timeout: 10_000 };
    const client = new pg.Client({ connectionString: field.server?.url, application_name: "nemesis", ...patience });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.query(statement);
      return;
    } catch {
      await delay(20);
    } finally {
      // Of a connection that never came about it might never resolve.
      client.end().catch(() => undefined);
    }
  }
}
