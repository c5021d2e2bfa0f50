import type { InstanceDump } from "../contract.ts";
import { hasEnded } from "./instance-row.ts";
import { laneNumbers } from "./message-lane.ts";
import type { Store } from "./store.ts";

type Outcome = "restored" | "present" | "taken";

export async function restoreInstances({ db, hints }: Store, dumps: readonly InstanceDump[]): Promise<Outcome[]> {
  if (dumps.length === 0) return [];
  const rows = <T>(of: (dump: InstanceDump) => readonly T[]) =>
    JSON.stringify(dumps.flatMap((dump, index) => of(dump).map((row) => ({ i: index + 1, ...row }))));
  const { restore_instances: outcomes } = await db.call<{ restore_instances: Outcome[] }>(
    "restore_instances",
    JSON.stringify(dumps.map(instanceColumns)),
    rows(({ executions }) =>
      executions.flatMap(({ executionId, events }) =>
        events.map(({ eventId, at, body, payload }) => ({ x: executionId, id: eventId, at, body, payload })),
      ),
    ),
    rows(({ messages }) =>
      messages.map(({ lane, body, payload, isInbound }, n) => {
        return { n, lane: laneNumbers[lane], body, payload, inbound: isInbound };
      }),
    ),
    rows(({ work }) =>
      work.map(({ executionId, visibleAt, scheduledAt, startBy, ...item }, n) => ({
        ...item,
        n,
        x: executionId,
        visible: visibleAt,
        scheduled: scheduledAt,
        start_by: startBy,
      })),
    ),
    rows(({ timers }) =>
      timers.map(({ executionId, eventId, partition, dueAt, body }) => ({
        x: executionId,
        id: eventId,
        partition,
        due: dueAt,
        body,
      })),
    ),
    rows(({ state }) => state.map(({ key, payload }) => ({ name: key, payload }))),
  );
  announce(
    hints,
    dumps.filter((_dump, index) => outcomes[index] === "restored"),
  );
  return outcomes;
}

function instanceColumns(
  { record, handler, claims, availableAt, mailboxRoom, executions }: InstanceDump,
  index: number,
) {
  const { parent } = record;
  return {
    n: index + 1,
    id: record.instanceId,
    run: record.runId,
    name: record.name,
    version: record.version,
    status: record.status,
    pi: parent?.instanceId ?? null,
    pr: parent?.runId ?? null,
    pe: parent?.executionId ?? null,
    pv: parent?.eventId ?? null,
    created: record.createdAt,
    updated: record.updatedAt,
    ended: hasEnded(record.status),
    custom: record.customStatus,
    handler,
    claims,
    available: availableAt,
    room: mailboxRoom ?? null,
    execution: record.executionId,
    last: executions.find(({ executionId }) => executionId === record.executionId)?.events.at(-1)?.eventId ?? 0,
    quarantine: record.quarantine,
  };
}

function announce(hints: Store["hints"], restored: readonly InstanceDump[]): void {
  if (restored.length === 0) return;
  const dueAt = restored.flatMap(({ timers }) => timers.map((timer) => timer.dueAt));
  hints.cameOld({
    instances: restored.some(({ messages }) => messages.length > 0),
    work: restored.some(({ work }) => work.length > 0),
    timerDueAt: dueAt.length === 0 ? null : dueAt.reduce((first, at) => Math.min(first, at)),
    changed: restored.map(({ record }) => record.instanceId),
  });
}
