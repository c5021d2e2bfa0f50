import type { EventRow, ExecutionRecord } from "../contract.ts";
import type { Store } from "./store.ts";

interface Row {
  readonly execution_id: number;
  readonly first: EventColumns;
  readonly last: EventColumns;
}

type EventColumns = [eventId: number, at: number, body: string, payload: string | null];

// Jumps from execution to execution, so that the cost does not depend on how many events they have.
export async function listExecutions({ db }: Store, instanceId: string): Promise<ExecutionRecord[]> {
  const history = `${db.schema}.history`;
  const end = (direction: "ASC" | "DESC") => `
    (SELECT json_build_array(h.event_id, h.at, h.body, h.payload) FROM ${history} h
      WHERE h.key = e.key AND h.execution_id = e.id ORDER BY h.event_id ${direction} LIMIT 1)`;
  const rows = await db.query<Row>(
    `WITH RECURSIVE executions (key, id) AS (
       SELECT i.key, (SELECT min(h.execution_id) FROM ${history} h WHERE h.key = i.key)
         FROM ${db.schema}.instances i WHERE i.instance_id = $1
       UNION ALL
       SELECT e.key, (SELECT min(h.execution_id) FROM ${history} h WHERE h.key = e.key AND h.execution_id > e.id)
         FROM executions e WHERE e.id IS NOT NULL
     )
     SELECT e.id AS execution_id, ${end("ASC")} AS first, ${end("DESC")} AS last
       FROM executions e WHERE e.id IS NOT NULL ORDER BY e.id`,
    [instanceId],
  );
  return rows.map((row) => ({
    executionId: row.execution_id,
    first: eventFromColumns(row.first),
    last: eventFromColumns(row.last),
  }));
}

function eventFromColumns([eventId, at, body, payload]: EventColumns): EventRow {
  return { eventId, at, body, payload };
}
