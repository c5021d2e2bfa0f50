import type {
  DeleteInstance,
  DeleteOutcome,
  EventRow,
  ExecutionRecord,
  InstancePage,
  InstanceProgress,
  InstanceRecord,
  ListInstances,
  StoreLoad,
  WorkLoad,
} from "../../../src/providers/contract.ts";
import { deliverMessage } from "./messages.ts";
import { hasEnded } from "../../../src/providers/sqlite/instance-row.ts";
import { historyOf } from "./claims.ts";
import { handlerNeeded } from "./handler-needed.ts";
import type { InstanceRow, Rows } from "./rows.ts";

export function readInstance({ byId }: Rows, id: string): InstanceRecord | null {
  const row = byId.get(id);
  return row === undefined ? null : recordOf(row);
}

function recordOf(row: InstanceRow): InstanceRecord {
  const { instanceId, runId, name, version, status, executionId, parent } = row;
  const { createdAt, updatedAt, customStatus, quarantine } = row;
  const times = { createdAt, updatedAt };
  return { instanceId, runId, name, version, status, executionId, parent, ...times, customStatus, quarantine };
}

export function readHistory({ byId }: Rows, id: string, executionId?: number): readonly EventRow[] | null {
  const row = byId.get(id);
  if (row === undefined) return null;
  if (executionId === undefined || executionId === row.executionId) return historyOf(row).slice();
  return row.executions.get(executionId)?.slice() ?? null;
}

export function readProgress(rows: Rows, id: string): InstanceProgress | null {
  const row = rows.byId.get(id);
  if (row === undefined) return null;
  const { runId, status, executionId } = row;
  return { runId, status, executionId, end: (hasEnded(status) ? historyOf(row).at(-1) : null) ?? null };
}

export function readState({ byId }: Rows, id: string) {
  const row = byId.get(id);
  if (row === undefined) return null;
  return [...row.state.keys()].toSorted().map((key) => ({ key, payload: row.state.get(key) as string }));
}

export function listExecutions({ byId }: Rows, id: string): ExecutionRecord[] {
  return [...(byId.get(id)?.executions ?? [])].map(([executionId, events]) => ({
    executionId,
    first: events[0] as EventRow,
    last: events.at(-1) as EventRow,
  }));
}

/** Newest first. Only all of them: no filters, no pages. */
export function listInstances({ byKey }: Rows, request: ListInstances): InstancePage {
  const { limit, cursor, ...filter } = request;
  if (cursor !== null || Object.values(filter).some((wanted) => wanted !== null)) {
    throw new Error("The simulated store lists only all instances.");
  }
  return { instances: [...byKey.values()].toReversed().slice(0, limit).map(recordOf), cursor: null };
}

export const listChildren = (rows: Rows, instanceId: string, runId: string): InstanceRecord[] =>
  childrenOf(rows, instanceId, runId).map(recordOf);

function childrenOf({ byKey }: Rows, instanceId: string, runId: string): InstanceRow[] {
  const isChild = ({ parent }: InstanceRow) => parent?.instanceId === instanceId && parent.runId === runId;
  return [...byKey.values()].filter(isChild);
}

export function deleteInstance(rows: Rows, request: DeleteInstance): DeleteOutcome {
  const root = rows.byId.get(request.instanceId);
  if (root === undefined || root.runId !== request.runId) return { status: "unknown" };
  const family = [root];
  for (const { instanceId, runId } of family) family.push(...childrenOf(rows, instanceId, runId));
  const running = family.find(({ status }) => !hasEnded(status));
  if (running !== undefined && !request.force) return { status: "running", instanceId: running.instanceId };
  const hadEnded = hasEnded(root.status);
  for (const row of family) {
    rows.removeInstance(row);
    rows.wake.ended(row.instanceId, null);
  }
  if (request.notify !== null && !hadEnded) deliverMessage(rows, request.notify);
  return { status: "deleted", instanceIds: family.map(({ instanceId }) => instanceId) };
}

export function releaseQuarantine(rows: Rows, id: string): boolean {
  const row = rows.byId.get(id);
  if (row === undefined || row.quarantine === null) return false;
  row.quarantine = null;
  row.claims = 0;
  rows.wake.instancesReady();
  rows.wake.statusChanged(id);
  return true;
}

export function readLoad(rows: Rows): StoreLoad {
  const all = [...rows.byKey.values()];
  const ready = all.filter((row) => row.readySince !== null && handlerNeeded(row) !== null);
  const timers = [...rows.timers.values()].flatMap((partition) => [...partition].map(({ dueAt }) => dueAt));
  return {
    storeNow: rows.now,
    instances: {
      ready: ready.length,
      oldestReadyAt: least(ready.map(({ readySince }) => readySince as number)),
      owned: all.filter(({ owner }) => owner !== null).length,
      quarantined: all.filter(({ quarantine }) => quarantine !== null).length,
    },
    messages: all.reduce((sum, { messages }) => sum + messages.length, 0),
    work: workLoads(rows),
    timers: { waiting: timers.length, nextDueAt: least(timers) },
  };
}

function workLoads({ work, now }: Rows): WorkLoad[] {
  const kinds = Map.groupBy(work.values(), ({ queue, name }) => JSON.stringify([queue, name]));
  return [...kinds.keys()].toSorted().map((kind) => {
    const items = kinds.get(kind) ?? [];
    const [queue, name] = JSON.parse(kind) as [string, string];
    const visible = items.filter(({ owner, visibleAt }) => owner === null && visibleAt <= now);
    const running = items.filter(({ owner }) => owner !== null).length;
    return {
      queue,
      name,
      waiting: visible.length,
      delayed: items.length - visible.length - running,
      running,
      retried: items.filter(({ failures, lost }) => failures + lost > 0).length,
      oldestVisibleAt: least(visible.map(({ visibleAt }) => visibleAt)),
    };
  });
}

const least = (numbers: readonly number[]): number | null => (numbers.length === 0 ? null : Math.min(...numbers));
