import type { FiredTimers, InstanceStatus } from "../contract.ts";
import { type KeyedMessage, queueMessages } from "./deliver-message.ts";
import { hasEnded } from "./instance-row.ts";
import { laneNumbers } from "./message-lane.ts";
import { LIMIT } from "./row-limit.ts";
import type { Transaction } from "./transaction.ts";

const SELECT_DUE = `
  SELECT t.due_at, t.key, t.execution_id, t.event_id, t.body, i.status
    FROM perdure_timers t LEFT JOIN perdure_instances i ON i.key = t.key
   WHERE t.partition = ? AND t.due_at <= ?
   ORDER BY t.due_at, t.key, t.execution_id, t.event_id ${LIMIT}`;

const SELECT_NEXT_DUE = "SELECT min(due_at) FROM perdure_timers WHERE partition = ?";

const DELETE_TIMER = "DELETE FROM perdure_timers WHERE key = ? AND execution_id = ? AND event_id = ?";

type DueTimer = [
  ...[dueAt: number, key: number, executionId: number, eventId: number, body: string],
  ...[status: InstanceStatus | null],
];

export function fireTimers(
  tx: Transaction,
  request: { readonly partitions: readonly number[]; readonly limit: number },
): FiredTimers {
  const due = request.partitions
    .flatMap((partition) => tx.db.all<DueTimer>(SELECT_DUE, partition, tx.now, request.limit))
    .toSorted(byDueTime)
    .slice(0, request.limit);
  fire(tx, due);
  return { storeNow: tx.now, fired: due.length, nextDueAt: nextDueAt(tx, request.partitions) };
}

function fire(tx: Transaction, due: readonly DueTimer[]): void {
  const messages: KeyedMessage[] = [];
  for (const [, key, executionId, eventId, body, status] of due) {
    tx.db.run(DELETE_TIMER, key, executionId, eventId);
    if (status !== null && !hasEnded(status)) messages.push({ key, body, payload: null });
  }
  queueMessages(tx, laneNumbers.normal, messages);
}

function nextDueAt(tx: Transaction, partitions: readonly number[]): number | null {
  const next = partitions.map((partition) => tx.db.get<[number | null]>(SELECT_NEXT_DUE, partition)?.[0] ?? Infinity);
  const first = Math.min(...next);
  return first === Infinity ? null : first;
}

const byDueTime = (a: DueTimer, b: DueTimer) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3];
