// A node that runs the workload until it is told to stop (SIGTERM), is killed, or is made to wait (SIGUSR2).
import pg from "pg";
import { consoleLogger, Runtime } from "../../src/index.ts";
import { PostgresProvider } from "../../src/providers/postgres/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { LedgerWriter } from "../ledger/ledger-writer.ts";
import { workload } from "../workload/index.ts";

export interface NodeArgument {
  readonly store:
    | { readonly kind: "sqlite"; readonly file: string }
    | {
        readonly kind: "postgres";
        readonly url: string;
        readonly schema: string;
        /** Whether the pool is the program's own, which can then keep all of it to itself. */
        readonly ownPool: boolean;
      };
  /** The folder for its ledger. */
  readonly ledger: string;
  readonly leaseDuration: number;
}

const { store, ledger, leaseDuration } = JSON.parse(process.argv[2] as string) as NodeArgument;

const poolSize = 10;
const hogMs = 1_500;
let exhausted = 0;

const provider = await open();
const node = await Runtime.start({
  ...workload(new LedgerWriter(`${ledger}/${process.pid}`)),
  provider,
  leaseDuration,
  logger: consoleLogger({ level: "warn" }),
});
console.log("node runs");

process.once("SIGTERM", () => void stop());

async function stop(): Promise<void> {
  await node.stop({ timeout: "2s" });
  await provider.close();
  console.log("node stopped");
  process.exit(0);
}

async function open() {
  if (store.kind === "sqlite") return await SqliteProvider.open(store.file);
  const { url, schema, ownPool } = store;
  if (!ownPool) return await PostgresProvider.open(url, { schema });
  const pool = new pg.Pool({
    connectionString: url,
    application_name: `node ${process.pid}`,
    max: poolSize,
    // As the guide says: otherwise one that goes half-open while it is made keeps its place for ever.
    connectionTimeoutMillis: 10_000,
  });
  process.on("SIGUSR2", () => void exhaust(pool));
  return await PostgresProvider.open(pool, { schema });
}

/** The rest of the program has its own use for the connections, all of them, for a while. */
async function exhaust(pool: pg.Pool): Promise<void> {
  await Promise.allSettled(Array.from({ length: 2 * poolSize }, () => takeFor(pool, hogMs)));
  exhausted += 1;
  console.log(`pool free again, time ${exhausted}`);
}

async function takeFor(pool: pg.Pool, ms: number): Promise<void> {
  const client = await pool.connect();
  try {
    // One that goes half-open meanwhile would never answer.
    const patience = { query_timeout: ms + 10_000 };
    await client.query({ text: "SELECT pg_sleep($1)", values: [ms / 1_000], ...patience });
    client.release();
  } catch {
    client.release(true);
  }
}
