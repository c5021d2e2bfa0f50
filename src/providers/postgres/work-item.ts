import type { WorkItem } from "../contract.ts";

export type ItemColumns = [
  ...[id: string, delivery: number, queue: string, name: string, instanceId: string, body: string],
  ...[payload: string | null, failures: number, lost: number, scheduledAt: number],
  ...[heartbeat: string | null, note: string | null],
];

export function itemFromColumns(columns: ItemColumns): WorkItem {
  const [id, delivery, queue, name, instanceId, body, payload, failures, lost, scheduledAt, heartbeat, note] = columns;
  return { id, delivery, queue, name, instanceId, body, payload, failures, lost, scheduledAt, heartbeat, note };
}
