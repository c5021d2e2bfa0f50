import type { StoreRows } from "./store-rows.ts";
import type { Report } from "./violations.ts";

const emptyInTheEnd = ["messages", "work", "timers"];
const emptyInTheEndOnPostgres = ["ready"];

/** When everything has ended, nothing is left to be done, and nothing owned. */
export async function checkLeftovers(rows: StoreRows, report: Report): Promise<void> {
  const tables = rows.kind === "postgres" ? [...emptyInTheEnd, ...emptyInTheEndOnPostgres] : emptyInTheEnd;
  for (const table of tables) {
    const [row] = await rows.query<{ count: number }>(`SELECT count(*) AS count FROM ${table}`);
    if (row?.count !== 0) report("L1", `${row?.count} rows are left in ${table}`);
  }
  const [owned] = await rows.query<{ count: number }>(
    "SELECT count(*) AS count FROM ownerships WHERE owner IS NOT NULL",
  );
  if (owned?.count !== 0) report("L1", `${owned?.count} instances are still owned`);
}
