import type { NewWorkItem, WorkItem } from "../contract.ts";

export type ItemColumns = [
  ...[id: string, delivery: number, queue: string, name: string, instanceId: string, body: string],
  ...[payload: string | null, failures: number, lost: number, scheduledAt: number],
  ...[heartbeat: string | null, note: string | null],
];

export function itemFromColumns(columns: ItemColumns): WorkItem {
  const [id, delivery, queue, name, instanceId, body, payload, failures, lost, scheduledAt, heartbeat, note] = columns;
  return { id, delivery, queue, name, instanceId, body, payload, failures, lost, scheduledAt, heartbeat, note };
}

export interface FirstDelivery {
  readonly instanceId: string;
  readonly scheduledAt: number;
  /** The instance whose row carries the item, if one does. */
  readonly carrier: number | undefined;
}

/** The first delivery of an item, to the node that has scheduled it. */
export function firstDelivery(item: NewWorkItem, { instanceId, scheduledAt, carrier }: FirstDelivery): WorkItem {
  const { id, queue, name, body, payload } = item;
  const delivery = { delivery: 1, failures: 0, lost: 0, scheduledAt, heartbeat: null, note: null };
  const given = { id, queue, name, instanceId, body, payload, ...delivery };
  return carrier === undefined ? given : { ...given, instance: carrier };
}
