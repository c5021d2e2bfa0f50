import { decodeMessage, type HistoryEvent, type Message, isTerminal } from "../../src/history/index.ts";
import type { RecordedInstance } from "./recorded-instance.ts";
import type { StoreRows } from "./store-rows.ts";
import type { Report } from "./violations.ts";

/** What is on its way in the store, by what it will complete. */
export interface UnderWay {
  /** Work items, by id: run, execution and event. */
  readonly work: ReadonlySet<string>;
  /** Timers, by key, execution and event. */
  readonly timers: ReadonlySet<string>;
  /** Queued messages, by the key of their instance. */
  readonly messages: ReadonlyMap<number, readonly Message[]>;
  /** Children that have not ended, by the key of none: by id. */
  readonly open: ReadonlySet<string>;
}

export async function readUnderWay(rows: StoreRows): Promise<UnderWay> {
  const work = await rows.query<{ id: string }>("SELECT id FROM work");
  const timers = await rows.query<{ key: number; execution_id: number; event_id: number }>(
    "SELECT key, execution_id, event_id FROM timers",
  );
  const messages = await rows.query<{ key: number; body: string; payload: string | null }>(
    "SELECT key, body, payload FROM messages",
  );
  const open = await rows.query<{ instance_id: string }>(
    "SELECT instance_id FROM instances WHERE status IN ('pending', 'running')",
  );
  return {
    work: new Set(work.map(({ id }) => id)),
    timers: new Set(timers.map(({ key, execution_id, event_id }) => `${key}.${execution_id}.${event_id}`)),
    messages: new Map(
      [...Map.groupBy(messages, ({ key }) => key)].map(([key, ofIt]) => [key, ofIt.map((one) => decodeMessage(one))]),
    ),
    open: new Set(open.map(({ instance_id: id }) => id)),
  };
}

/** Everything that a running execution waits for is on its way to it, once: nothing is lost, and nothing doubled. */
export function checkOpen(instance: RecordedInstance, underWay: UnderWay, report: Report): void {
  const { key, runId, instanceId, executionId, executions } = instance;
  const history = executions.get(executionId);
  const queued = underWay.messages.get(key) ?? [];
  if (history === undefined) {
    if (!queued.some(({ kind }) => kind === "Start")) report("H3", `${instanceId} has not begun, and has no start`);
    return;
  }
  if (typeof history === "string" || isTerminal(history.at(-1) as HistoryEvent)) return;
  const ended = new Set(history.flatMap((event) => ("scheduledId" in event ? [event.scheduledId] : [])));
  const completions = queued.filter((message) => "scheduledId" in message && message.executionId === executionId);
  for (const event of history) {
    if (ended.has(event.eventId)) continue;
    const completing = completions.filter((one) => "scheduledId" in one && one.scheduledId === event.eventId);
    const onItsWay = isOnItsWay(event, `${executionId}.${event.eventId}`);
    if (onItsWay === null) continue;
    // A time limit may have come due while what it limits is still under way; but that is not the end of that.
    const outcomes = completing.filter(({ kind }) => kind !== "TimerFired" || event.kind === "TimerCreated");
    const count = outcomes.length + (onItsWay ? 1 : 0);
    if (count !== 1) {
      const what = `${instanceId}, execution ${executionId}, event ${event.eventId} (${event.kind})`;
      report("H3", `${what}: its outcome is under way ${count} times`);
    }
  }

  /** Null for what nobody has to bring. */
  function isOnItsWay(event: HistoryEvent, place: string): boolean | null {
    if (event.kind === "ActivityScheduled") return underWay.work.has(`${runId}.${place}`);
    if (event.kind === "TimerCreated") return underWay.timers.has(`${key}.${place}`);
    if (event.kind === "SubOrchestrationScheduled") return underWay.open.has(event.instanceId);
    return null;
  }
}
