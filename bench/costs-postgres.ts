// What a step costs a PostgreSQL server: npm run bench:costs. Counts that hold on any machine; see
// docs/internals/scale.md.
import { randomBytes } from "node:crypto";
import pg from "pg";
import { Client } from "../src/client/index.ts";
import { PostgresProvider } from "../src/providers/postgres/index.ts";
import { Runtime } from "../src/runtime/index.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { CountingPool } from "../test/providers/counting-pool.ts";
import { chain, step } from "./programs/chain.ts";
import { inFlight } from "./support/lanes.ts";

const instances = 400;
const widths = [1, 100];
const [short, long] = [5, 25];

interface Costs {
  readonly "round trips": number;
  readonly "WAL bytes": number;
  readonly "rows inserted": number;
  readonly "rows updated": number;
  readonly "of them HOT": number;
  readonly "rows deleted": number;
  /** With its index: what stays. */
  readonly "history bytes": number;
}

// The pages that a checkpoint makes be written whole would be counted to whoever comes first.
const server = await startPostgres({ isDurable: true });
for (const width of widths) {
  const count = width === 1 ? instances / 10 : instances;
  const [few, many] = [await measure({ steps: short, width, count }), await measure({ steps: long, width, count })];
  const steps = count * (long - short);
  const perStep = Object.entries(many).map(([what, value]) => [what, (value - few[what as keyof Costs]) / steps]);
  const perInstance = Object.entries(few).map(([what, value]) => [what, value / count]);
  console.log(`\n${width} in flight, payloads of 100 bytes`);
  console.table({
    "a step": rounded(perStep as [string, number][]),
    [`an instance of ${short} steps`]: rounded(perInstance as [string, number][]),
  });
}
await server.stop();

async function measure(work: {
  readonly steps: number;
  readonly width: number;
  readonly count: number;
}): Promise<Costs> {
  const schema = `costs_${randomBytes(4).toString("hex")}`;
  const admin = new pg.Pool({ connectionString: server.url, max: 1 });
  const own = new pg.Pool({ connectionString: server.url, max: 10 });
  const pool = new CountingPool(own);
  const provider = await PostgresProvider.open(pool, { schema, listen: false });
  const options = { provider, orchestrations: [chain], activities: [step], concurrency: { activities: 200 } };
  const node = await Runtime.start(options);
  const client = new Client(provider);
  await (await client.start(chain, 1)).result();
  const before = await read(admin, schema);
  pool.queries.length = 0;
  await inFlight({ count: work.count, width: work.width }, async () => {
    await (await client.start(chain, work.steps)).result();
  });
  const trips = pool.queries.length;
  await node.stop();
  await provider.close();
  // What a connection has done is told when it ends.
  await own.end();
  const after = await read(admin, schema);
  await admin.end();
  const difference = Object.entries(after).map(([what, value]) => [what, value - (before[what] ?? 0)]);
  return { "round trips": trips, ...(Object.fromEntries(difference) as Omit<Costs, "round trips">) };
}

async function read(admin: pg.Pool, schema: string): Promise<Record<string, number>> {
  await admin.query("CHECKPOINT");
  const { rows } = await admin.query<Record<string, string>>(
    `SELECT pg_current_wal_lsn() - '0/0' AS "WAL bytes", sum(n_tup_ins) AS "rows inserted",
            sum(n_tup_upd) AS "rows updated", sum(n_tup_hot_upd) AS "of them HOT", sum(n_tup_del) AS "rows deleted",
            sum(pg_total_relation_size(relid)) FILTER (WHERE relname = 'history') AS "history bytes"
       FROM pg_stat_user_tables WHERE schemaname = $1`,
    [schema],
  );
  return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([what, value]) => [what, Number(value)]));
}

function rounded(costs: readonly [string, number][]): Record<string, number> {
  return Object.fromEntries(costs.map(([what, value]) => [what, Number(value.toPrecision(3))]));
}
