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
import type { Connection } from "./connection.ts";
import { recordColumns, type RecordColumns, recordFromColumns } from "./instance-row.ts";
import { type Lane, laneFromNumber } from "./message-lane.ts";
import { queueOfLane } from "./work-lane.ts";

const selectInstance = `
  SELECT i.key, o.handler, o.claims, o.available_at, o.mailbox_room, ${recordColumns}
    FROM perdure_instances i JOIN perdure_ownerships o ON o.key = i.key`;

const SELECT_NEXT = `${selectInstance} WHERE i.key > ? ORDER BY i.key LIMIT 1`;

const SELECT_ONE = `${selectInstance} WHERE i.instance_id = ?`;

const SELECT_EVENTS = `
  SELECT execution_id, event_id, at, body, payload FROM perdure_history WHERE key = ? ORDER BY execution_id, event_id`;

const SELECT_MESSAGES = "SELECT lane, body, payload, inbound FROM perdure_messages WHERE key = ? ORDER BY lane, seq";

const SELECT_WORK = `
  SELECT id, execution_id, queue, name, body, payload, delivery, failures, lost, visible_at, scheduled_at, start_by,
         heartbeat, note, session
    FROM perdure_work WHERE key = ? ORDER BY scheduled_at, seq`;

const SELECT_TIMERS = `
  SELECT execution_id, event_id, partition, due_at, body FROM perdure_timers
   WHERE key = ? ORDER BY execution_id, event_id`;

const SELECT_STATE = "SELECT name, payload FROM perdure_state WHERE key = ? ORDER BY name";

type Columns = [
  ...[key: number, handler: string, claims: number, availableAt: number, mailboxRoom: number | null],
  ...RecordColumns,
];
type Text = string | null;

export function dumpInstances(db: Connection, { cursor, limit, maxBytes }: DumpRequest): DumpPage {
  let key = cursor === null ? 0 : keyFromCursor(cursor);
  return db.snapshot(() => {
    const dumps: InstanceDump[] = [];
    for (let bytes = 0; dumps.length < limit && bytes < maxBytes;) {
      const columns = db.get<Columns>(SELECT_NEXT, key);
      if (columns === undefined) return { dumps, cursor: null };
      const dump = dumpFrom(db, columns);
      dumps.push(dump);
      bytes += bytesOf(dump);
      key = columns[0];
    }
    return { dumps, cursor: String(key) };
  });
}

export function dumpInstance(db: Connection, instanceId: string): InstanceDump | null {
  return db.snapshot(() => {
    const columns = db.get<Columns>(SELECT_ONE, instanceId);
    return columns === undefined ? null : dumpFrom(db, columns);
  });
}

function dumpFrom(db: Connection, [key, handler, claims, availableAt, mailboxRoom, ...record]: Columns): InstanceDump {
  return {
    record: recordFromColumns(record),
    handler,
    claims,
    availableAt,
    ...(mailboxRoom !== null && { mailboxRoom }),
    executions: executionsOf(db, key),
    messages: messagesOf(db, key),
    work: workOf(db, key),
    timers: timersOf(db, key),
    state: db.all<[string, string]>(SELECT_STATE, key).map(([name, payload]) => ({ key: name, payload })),
  };
}

function executionsOf(db: Connection, key: number): DumpedExecution[] {
  const executions: { executionId: number; events: EventRow[] }[] = [];
  const rows = db.all<[number, number, number, string, Text]>(SELECT_EVENTS, key);
  for (const [executionId, eventId, at, body, payload] of rows) {
    if (executions.at(-1)?.executionId !== executionId) executions.push({ executionId, events: [] });
    executions.at(-1)?.events.push({ eventId, at, body, payload });
  }
  return executions;
}

function messagesOf(db: Connection, key: number): DumpedMessage[] {
  const rows = db.all<[Lane, string, Text, number]>(SELECT_MESSAGES, key);
  return rows.map(([lane, body, payload, inbound]) => {
    return { lane: laneFromNumber(lane), body, payload, ...(inbound === 1 && { isInbound: true }) };
  });
}

function workOf(db: Connection, key: number): DumpedWork[] {
  type Row = [...[string, number, string, string, string, Text], ...[number, number, number, number, number]];
  const rows = db.all<[...Row, startBy: number | null, heartbeat: Text, note: Text, session: Text]>(SELECT_WORK, key);
  return rows.map((row) => {
    const [id, executionId, lane, name, body, payload] = row;
    const [, , , , , , delivery, failures, lost, visibleAt, scheduledAt, startBy, heartbeat, note, session] = row;
    const address = { id, executionId, queue: queueOfLane(lane), name, ...(session !== null && { session }) };
    const item = { ...address, body, payload, startBy };
    return { ...item, delivery, failures, lost, visibleAt, scheduledAt, heartbeat, note };
  });
}

function timersOf(db: Connection, key: number): DumpedTimer[] {
  const rows = db.all<[number, number, number, number, string]>(SELECT_TIMERS, key);
  return rows.map(([executionId, eventId, partition, dueAt, body]) => ({
    executionId,
    eventId,
    partition,
    dueAt,
    body,
  }));
}

function bytesOf({ executions, messages, work, state }: InstanceDump): number {
  const texts = [...executions.flatMap(({ events }) => events), ...messages, ...work];
  const ofTexts = texts.reduce((sum, { body, payload }) => sum + body.length + (payload?.length ?? 0), 0);
  return state.reduce((sum, { payload }) => sum + payload.length, ofTexts);
}

function keyFromCursor(cursor: string): number {
  const key = Number(cursor);
  if (Number.isSafeInteger(key) && key > 0) return key;
  throw new InvalidArgumentError("This cursor is not one that a page of dumps came with.");
}
