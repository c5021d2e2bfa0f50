import { InvalidArgumentError } from "../../errors/index.ts";
import type {
  DumpedExecution,
  DumpedMessage,
  DumpedTimer,
  DumpedWork,
  DumpPage,
  DumpRequest,
  EventRow,
  InstanceDump,
} from "../contract.ts";
import { recordColumns, type RecordRow, recordFromRow } from "./instance-row.ts";
import { laneFromNumber } from "./message-lane.ts";
import type { Store } from "./store.ts";

type Text = string | null;

interface Row extends RecordRow {
  readonly key: number;
  readonly handler: string;
  readonly claims: number;
  readonly available_at: number;
  readonly mailbox_room: number | null;
  readonly events: [executionId: number, eventId: number, at: number, body: string, payload: Text][] | null;
  readonly messages: [lane: number, body: string, payload: Text, isInbound: boolean][] | null;
  readonly work: (Omit<DumpedWork, "session"> & { readonly session: Text })[] | null;
  readonly timers: DumpedTimer[] | null;
  readonly state: { key: string; payload: string }[] | null;
}

export async function dumpInstances(store: Store, { cursor, limit, maxBytes }: DumpRequest): Promise<DumpPage> {
  const { schema } = store.db;
  const sizeOf = (table: string) => `
    coalesce((SELECT sum(octet_length(t.body) + coalesce(octet_length(t.payload), 0))
                FROM ${schema}.${table} t WHERE t.key = i.key), 0)`;
  const rows = await store.db.query<Row>(
    `WITH sized AS (
       SELECT i.key, ${sizeOf("history")} + ${sizeOf("messages")} AS bytes
         FROM (SELECT key FROM ${schema}.instances WHERE key > $1 ORDER BY key LIMIT $2) i
     ), summed AS (
       SELECT s.key, sum(s.bytes) OVER (ORDER BY s.key) - s.bytes AS before FROM sized s
     )
     ${selectDumps(schema)}
      WHERE i.key IN (SELECT s.key FROM summed s WHERE s.before < $3) ORDER BY i.key`,
    [cursor === null ? 0 : keyFromCursor(cursor), limit, maxBytes],
  );
  const last = rows.at(-1);
  return { dumps: rows.map(dumpFromRow), cursor: last === undefined ? null : String(last.key) };
}

export async function dumpInstance({ db }: Store, instanceId: string): Promise<InstanceDump | null> {
  const [row] = await db.query<Row>(`${selectDumps(db.schema)} WHERE i.instance_id = $1`, [instanceId]);
  return row === undefined ? null : dumpFromRow(row);
}

// One statement, so one snapshot.
function selectDumps(schema: string): string {
  const rows = (columns: string, from: string, order: string) =>
    `(SELECT json_agg(${columns} ORDER BY ${order}) FROM ${schema}.${from} WHERE t.key = i.key)`;
  const work = [
    ...["id", "name", "session", "body", "payload", "heartbeat", "note"].map((column) => `'${column}', t.${column}`),
    `'queue', ${schema}.queue_of(t.queue)`,
    ...["delivery", "failures", "lost"].map((column) => `'${column}', t.${column}`),
    "'executionId', t.execution_id, 'visibleAt', t.visible_at, 'scheduledAt', t.scheduled_at, 'startBy', t.start_by",
  ].join(", ");
  const timer =
    "'executionId', t.execution_id, 'eventId', t.event_id, 'partition', t.partition, 'dueAt', t.due_at, 'body', t.body";
  const event = "t.execution_id, t.event_id, t.at, t.body, t.payload";
  return `
    SELECT i.key, o.handler, o.claims, o.available_at, o.mailbox_room, ${recordColumns},
      ${rows(`json_build_array(${event})`, "history t", "t.execution_id, t.event_id")} AS events,
      ${rows("json_build_array(t.lane, t.body, t.payload, t.inbound)", "messages t", "t.lane, t.seq")} AS messages,
      ${rows(`json_build_object(${work})`, "work t", "t.scheduled_at, t.seq")} AS work,
      ${rows(`json_build_object(${timer})`, "timers t", "t.execution_id, t.event_id")} AS timers,
      ${rows("json_build_object('key', t.name, 'payload', t.payload)", "state t", "t.name")} AS state
      FROM ${schema}.instances i JOIN ${schema}.ownerships o ON o.key = i.key`;
}

function dumpFromRow(row: Row): InstanceDump {
  return {
    record: recordFromRow(row),
    handler: row.handler,
    claims: row.claims,
    availableAt: row.available_at,
    ...(row.mailbox_room !== null && { mailboxRoom: row.mailbox_room }),
    executions: executionsFrom(row.events ?? []),
    messages: (row.messages ?? []).map(([lane, body, payload, isInbound]): DumpedMessage => ({
      lane: laneFromNumber(lane),
      body,
      payload,
      ...(isInbound && { isInbound }),
    })),
    work: (row.work ?? []).map(({ session, ...item }) => ({ ...item, ...(session !== null && { session }) })),
    timers: row.timers ?? [],
    state: row.state ?? [],
  };
}

function executionsFrom(rows: NonNullable<Row["events"]>): DumpedExecution[] {
  const executions: { executionId: number; events: EventRow[] }[] = [];
  for (const [executionId, eventId, at, body, payload] of rows) {
    if (executions.at(-1)?.executionId !== executionId) executions.push({ executionId, events: [] });
    executions.at(-1)?.events.push({ eventId, at, body, payload });
  }
  return executions;
}

function keyFromCursor(cursor: string): number {
  const key = Number(cursor);
  if (Number.isSafeInteger(key) && key > 0) return key;
  throw new InvalidArgumentError("This cursor is not one that a page of dumps came with.");
}
