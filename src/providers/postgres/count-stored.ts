import type { StoreCounts } from "../contract.ts";
import type { Store } from "./store.ts";

export async function countStored({ db }: Store): Promise<StoreCounts> {
  const of = (table: string) => `(SELECT count(*) FROM ${db.schema}.${table})`;
  const [row] = await db.query<StoreCounts>(
    `SELECT ${of("instances")} AS "instances", ${of("history")} AS "events", ${of("messages")} AS "messages",
            ${of("work")} AS "workItems", ${of("timers")} AS "timers", ${of("state")} AS "stateKeys"`,
  );
  return row as StoreCounts;
}
