import type { FiredTimers, MessageLane, NewInstance, NewMessage, StoredText } from "../../../src/providers/contract.ts";
import { hasEnded } from "../../../src/providers/sqlite/instance-row.ts";
import type { InstanceRow, Rows, TimerRow } from "./rows.ts";

const lanes: readonly MessageLane[] = ["ending", "start", "normal"];

/** Queues a message, unless the receiver does not exist or has ended. */
export function deliverMessage(rows: Rows, message: NewMessage): "queued" | "unknown" | "ended" {
  const receiver = rows.byId.get(message.instanceId);
  if (receiver === undefined) return "unknown";
  if (hasEnded(receiver.status)) return "ended";
  queueMessage(rows, receiver, message.lane, message);
  return "queued";
}

function queueMessage(rows: Rows, row: InstanceRow, lane: MessageLane, { body, payload }: StoredText): void {
  const place = lanes.indexOf(lane);
  let index = row.messages.length;
  while (index > 0 && lanes.indexOf(row.messages[index - 1]?.lane as MessageLane) > place) index -= 1;
  row.messages.splice(index, 0, { token: rows.nextSeq(), lane, body, payload });
  // An instance that is being held back stays so: it becomes ready when that time is over.
  if (row.readySince === null) rows.setReady(row, Math.max(rows.now, row.availableAt));
  rows.wake.instancesReady();
}

/** Inserts the instance and its start message, or leaves an existing one alone. */
export function startInstance(rows: Rows, start: NewInstance): { readonly created: boolean; readonly runId: string } {
  const existing = rows.byId.get(start.instanceId);
  if (existing === undefined) {
    const row = rows.insertInstance(start);
    queueMessage(rows, row, "start", start.message);
    rows.wake.statusChanged(start.instanceId);
    return { created: true, runId: start.runId };
  }
  const { runId } = existing;
  if (runId === start.runId) return { created: true, runId };
  if (start.onConflict !== null) deliverMessage(rows, start.onConflict);
  return { created: false, runId };
}

export function fireTimers(
  rows: Rows,
  { partitions, limit }: { readonly partitions: readonly number[]; readonly limit: number },
): FiredTimers {
  const { now: storeNow } = rows;
  const due: TimerRow[] = [];
  for (const partition of partitions) {
    for (const timer of rows.timers.get(partition) ?? []) if (timer.dueAt <= storeNow) due.push(timer);
  }
  const fired = due.toSorted(byDueTime).slice(0, limit);
  for (const timer of fired) {
    rows.removeTimer(timer);
    const { instance, body } = timer;
    if (!hasEnded(instance.status)) queueMessage(rows, instance, "normal", { body, payload: null });
  }
  return { storeNow, fired: fired.length, nextDueAt: nextDueAt(rows, partitions) };
}

const byDueTime = (a: TimerRow, b: TimerRow) =>
  a.dueAt - b.dueAt || a.instance.key - b.instance.key || a.executionId - b.executionId || a.eventId - b.eventId;

function nextDueAt({ timers }: Rows, partitions: readonly number[]): number | null {
  let next = Infinity;
  for (const partition of partitions) {
    for (const { dueAt } of timers.get(partition) ?? []) if (dueAt < next) next = dueAt;
  }
  return next === Infinity ? null : next;
}
