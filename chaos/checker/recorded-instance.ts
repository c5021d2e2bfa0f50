import { decodeHistory, type HistoryEvent } from "../../src/history/index.ts";
import type { StoreRows } from "./store-rows.ts";

/** One instance as the store has it. */
export interface RecordedInstance {
  readonly key: number;
  readonly instanceId: string;
  readonly runId: string;
  readonly status: string;
  readonly parentId: string | null;
  readonly owner: string | null;
  readonly quarantine: string | null;
  readonly executionId: number;
  readonly lastEventId: number;
  /** By number, from 1; an execution that cannot be read is an error's message. */
  readonly executions: ReadonlyMap<number, readonly HistoryEvent[] | string>;
}

interface InstanceRow {
  readonly key: number;
  readonly instance_id: string;
  readonly run_id: string;
  readonly status: string;
  readonly parent_instance_id: string | null;
  readonly owner: string | null;
  readonly quarantine: string | null;
  readonly execution_id: number;
  readonly last_event_id: number;
}

interface EventRow {
  readonly key: number;
  readonly execution_id: number;
  readonly event_id: number;
  readonly at: number;
  readonly body: string;
  readonly payload: string | null;
}

const atOnce = 2_000;

/** All instances that fit `which`, a condition on their rows, in groups that fit into memory. */
export async function* recordedInstances(rows: StoreRows, which: string): AsyncGenerator<RecordedInstance[]> {
  for (let after = 0; ;) {
    const instances = await rows.query<InstanceRow>(
      `SELECT i.key, i.instance_id, i.run_id, i.status, i.parent_instance_id,
              o.owner, o.quarantine, o.execution_id, o.last_event_id
         FROM instances i JOIN ownerships o ON o.key = i.key
        WHERE i.key > ${after} AND ${which} ORDER BY i.key LIMIT ${atOnce}`,
    );
    const last = instances.at(-1);
    if (last === undefined) return;
    const events = await rows.query<EventRow>(
      `SELECT key, execution_id, event_id, at, body, payload FROM history
        WHERE key IN (${instances.map(({ key }) => key).join()}) ORDER BY key, execution_id, event_id`,
    );
    const eventsOf = Map.groupBy(events, ({ key }) => key);
    yield instances.map((row) => instanceFrom(row, eventsOf.get(row.key) ?? []));
    after = last.key;
  }
}

function instanceFrom(row: InstanceRow, events: readonly EventRow[]): RecordedInstance {
  const byExecution = Map.groupBy(events, (event) => event.execution_id);
  return {
    key: row.key,
    instanceId: row.instance_id,
    runId: row.run_id,
    status: row.status,
    parentId: row.parent_instance_id,
    owner: row.owner,
    quarantine: row.quarantine,
    executionId: row.execution_id,
    lastEventId: row.last_event_id,
    executions: new Map([...byExecution].map(([executionId, ofIt]) => [executionId, decode(ofIt)])),
  };
}

function decode(events: readonly EventRow[]): HistoryEvent[] | string {
  try {
    return decodeHistory(events.map(({ event_id: eventId, at, body, payload }) => ({ eventId, at, body, payload })));
  } catch (error) {
    return String(error);
  }
}
