import type {
  CommitBatch,
  CommitResult,
  TurnCommit,
  TurnOutcome,
  Undelivered,
  WorkResult,
} from "../../../src/providers/contract.ts";
import { endOfTurn } from "../../../src/providers/end-of-turn.ts";
import { hasEnded } from "../../../src/providers/sqlite/instance-row.ts";
import { queuedMessages } from "./claims.ts";
import { holdsLease } from "./leases.ts";
import { deliverMessage, startInstance } from "./messages.ts";
import { type InstanceRow, type Rows, timerKey, type WorkRow } from "./rows.ts";
import { ownsWork, WorkSlots } from "./work.ts";

interface Batch {
  readonly rows: Rows;
  readonly nodeId: string;
  readonly slots: WorkSlots;
}

type Fenced = Extract<TurnOutcome, { readonly status: "fenced" }>;

interface Committed {
  readonly status: "committed";
  readonly row: InstanceRow;
  readonly isOwned: boolean;
  readonly undelivered: readonly Undelivered[];
}

export function commit(rows: Rows, batch: CommitBatch): CommitResult {
  const { nodeId } = batch;
  const { now: storeNow } = rows;
  if (!holdsLease(rows, nodeId)) {
    const turns = batch.turns.map((): Fenced => ({ status: "fenced" }));
    return { storeNow, turns, results: batch.results.map(() => "fenced"), work: [] };
  }
  const slots = new WorkSlots(rows, batch.claimWork);
  const turns = batch.turns.map((turn) => commitTurn({ rows, nodeId, slots }, turn));
  const results = batch.results.map((result) => commitResult(rows, nodeId, result));
  // Only now: the parts of a batch may send messages to the instances of its turns.
  const answers = turns.map((turn): TurnOutcome => {
    if (turn.status === "fenced") return turn;
    const { row, isOwned, undelivered } = turn;
    const messages = isOwned ? queuedMessages(row, batch.messageLimit ?? 1_000) : [];
    return { status: "committed", messages, undelivered };
  });
  return { storeNow, turns: answers, results, work: slots.claimed };
}

/** Judges the whole turn before it changes anything, so that nothing ever has to be undone. */
function commitTurn(batch: Batch, turn: TurnCommit): Committed | Fenced {
  const { rows, nodeId } = batch;
  const row = rows.byKey.get(turn.ref);
  if (row === undefined) return { status: "fenced" };
  const isOwned = row.owner === nodeId && row.epoch === turn.epoch;
  if (row.turnId === turn.turnId) return { status: "committed", row, isOwned, undelivered: [] };
  const isNext = row.executionId === turn.executionId && row.lastEventId === turn.lastEventId;
  if (!isOwned || !isNext || !turn.ackedWork.every((fence) => ownsWork(rows, nodeId, fence))) {
    return { status: "fenced" };
  }
  const refused = refusalOf(rows, row, turn);
  if (refused !== null) return { status: "fenced", refused };
  advance(rows, row, turn);
  const undelivered = applyDecisions(batch, row, turn);
  project(rows, row, turn);
  if (hasEnded(row.status)) undelivered.push(...purge(row));
  if (turn.release) release(rows, row, turn);
  else if (row.messages.length === 0) rows.setReady(row, null);
  return { status: "committed", row, isOwned: !turn.release, undelivered };
}

function refusalOf({ work }: Rows, row: InstanceRow, turn: TurnCommit): string | null {
  const outOfOrder = turn.events.find(({ eventId }, index) => eventId !== turn.lastEventId + index + 1);
  if (outOfOrder !== undefined) return `Event id ${outOfOrder.eventId} is not the next.`;
  if (!turn.events.every(isText)) return "An event has no body.";
  const acked = new Set(turn.ackedWork.map(({ id }) => id));
  const ids = new Set<string>();
  for (const { id } of turn.work) {
    if (ids.has(id) || (work.has(id) && !acked.has(id))) return `There is a work item ${id}.`;
    ids.add(id);
  }
  const keys = new Set<string>();
  for (const { eventId } of turn.timers) {
    const key = timerKey({ executionId: turn.executionId, eventId });
    if (keys.has(key) || row.timers.has(key)) return `There is a timer ${key}.`;
    keys.add(key);
  }
  return null;
}

const isText = ({ body }: { readonly body: unknown }): boolean => typeof body === "string";

function advance(rows: Rows, row: InstanceRow, turn: TurnCommit): void {
  const { events, ackedMessages, ackedWork } = turn;
  row.lastEventId += events.length;
  row.turnId = turn.turnId;
  // A turn that took nothing in and brought nothing forth proves nothing: the claims go on counting.
  if (events.length + ackedMessages.length + ackedWork.length > 0) row.claims = 0;
  for (const { id } of ackedWork) rows.removeWork(rows.work.get(id) as WorkRow);
  for (const token of ackedMessages) {
    const index = row.messages.findIndex((message) => message.token === token);
    if (index >= 0) row.messages.splice(index, 1);
  }
}

function applyDecisions({ rows, nodeId, slots }: Batch, row: InstanceRow, turn: TurnCommit): Undelivered[] {
  const { executionId } = turn;
  const { now } = rows;
  if (turn.events.length > 0) {
    const history = row.executions.get(executionId);
    if (history === undefined) row.executions.set(executionId, [...turn.events]);
    else history.push(...turn.events);
  }
  for (const item of turn.work) {
    const isOurs = slots.take(item);
    if (!isOurs) rows.wake.workQueued();
    const startBy = item.startBy === null ? null : Math.ceil(item.startBy);
    const taken = { owner: isOurs ? nodeId : null, delivery: isOurs ? 1 : 0 };
    const fresh = {
      failures: 0,
      lost: 0,
      onTrial: false,
      visibleAt: now,
      scheduledAt: now,
      heartbeat: null,
      note: null,
    };
    const work: WorkRow = { ...item, ...fresh, ...taken, startBy, seq: rows.nextSeq(), instance: row, executionId };
    rows.insertWork(work);
    slots.inserted(work);
  }
  for (const timer of turn.timers) {
    // Rounded up: never early.
    const dueAt = Math.ceil(timer.dueAt);
    rows.wake.timerCreated(dueAt);
    rows.insertTimer({ ...timer, dueAt, instance: row, executionId });
  }
  for (const { key, payload } of turn.state) {
    if (payload === null) row.state.delete(key);
    else row.state.set(key, payload);
  }
  for (const id of turn.cancelledWork) {
    const item = rows.work.get(id);
    if (item?.instance === row) rows.removeWork(item);
  }
  for (const eventId of turn.cancelledTimers) {
    const timer = row.timers.get(timerKey({ executionId, eventId }));
    if (timer !== undefined) rows.removeTimer(timer);
  }
  if (turn.closes) closeExecution(rows, row, executionId);
  return send(rows, turn);
}

function closeExecution(rows: Rows, row: InstanceRow, executionId: number): void {
  for (const item of row.work) if (item.executionId === executionId) rows.removeWork(item);
  for (const timer of row.timers.values()) if (timer.executionId === executionId) rows.removeTimer(timer);
}

function send(rows: Rows, turn: TurnCommit): Undelivered[] {
  const undelivered: Undelivered[] = [];
  for (const start of turn.starts) {
    if (startInstance(rows, start).created) continue;
    undelivered.push({ instanceId: start.instanceId, why: "exists", body: start.message.body });
  }
  for (const message of turn.messages) {
    const status = deliverMessage(rows, message);
    if (status === "queued") continue;
    undelivered.push({ instanceId: message.instanceId, why: status, body: message.body });
  }
  return undelivered;
}

function project(rows: Rows, row: InstanceRow, turn: TurnCommit): void {
  const { projection, nextExecutionId } = turn;
  if (nextExecutionId !== null) {
    row.executionId = nextExecutionId;
    row.lastEventId = 0;
  }
  const { status = null, version = null, handler = null, customStatus = null } = projection ?? {};
  row.handler = handler ?? row.handler;
  row.version = version ?? row.version;
  row.status = status ?? row.status;
  row.customStatus = customStatus ?? row.customStatus;
  const hasChanged = status !== null || customStatus !== null || nextExecutionId !== null;
  if (hasChanged) row.updatedAt = rows.now;
  if (!hasChanged && version === null) return;
  if (hasEnded(status ?? "running")) rows.wake.ended(row.instanceId, endOfTurn(turn));
  else rows.wake.statusChanged(row.instanceId);
}

function purge({ instanceId, messages }: InstanceRow): Undelivered[] {
  return messages.splice(0).map(({ body }) => ({ instanceId, why: "purged", body }));
}

function release(rows: Rows, row: InstanceRow, turn: TurnCommit): void {
  rows.setOwner(row, null);
  row.availableAt = rows.now + Math.ceil(turn.availableInMs);
  row.quarantine = turn.quarantine;
  row.claims = Math.max(0, row.claims - (turn.claimDoesNotCount === true ? 1 : 0));
  // To the back of the line: an instance with a long mailbox must not keep others waiting.
  rows.setReady(row, row.messages.length > 0 ? row.availableAt : null);
  if (row.readySince !== null) rows.wake.instancesReady();
  if (turn.quarantine !== null) rows.wake.statusChanged(row.instanceId);
}

function commitResult(rows: Rows, nodeId: string, result: WorkResult): "committed" | "fenced" {
  if (!ownsWork(rows, nodeId, result)) return "fenced";
  const item = rows.work.get(result.id) as WorkRow;
  if (result.kind === "complete") {
    if (!isText(result.message)) return "fenced";
    rows.removeWork(item);
    deliverMessage(rows, result.message);
    return "committed";
  }
  if (result.kind === "retry") {
    item.failures += 1;
    item.visibleAt = Math.ceil(rows.now + result.delayMs);
    item.note = result.note;
  }
  rows.handBackWork(item);
  rows.wake.workQueued();
  return "committed";
}
