import type { StoreCounts } from "../contract.ts";
import type { Connection } from "./connection.ts";

const SELECT_COUNTS = `
  SELECT (SELECT count(*) FROM perdure_instances), (SELECT count(*) FROM perdure_history),
         (SELECT count(*) FROM perdure_messages), (SELECT count(*) FROM perdure_work),
         (SELECT count(*) FROM perdure_timers), (SELECT count(*) FROM perdure_state)`;

type Columns = [number, number, number, number, number, number];

export function countStored(db: Connection): StoreCounts {
  const [instances, events, messages, workItems, timers, stateKeys] = db.get<Columns>(SELECT_COUNTS) as Columns;
  return { instances, events, messages, workItems, timers, stateKeys };
}
