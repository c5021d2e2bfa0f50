import { Client } from "../../src/client/index.ts";
import type { HistoryEvent } from "../../src/history/index.ts";
import type { Provider } from "../../src/providers/contract.ts";
import { activityId } from "../../src/runtime/work-body.ts";
import { checkHistory } from "../support/history-checks.ts";
import { outcomeOf } from "./run-node.ts";
import type { UserDatabase, UserRows } from "./user-database.ts";

/** All that a store holds, of what can be seen from outside. */
export interface Observed {
  /** How each instance ended; null while it goes on. */
  readonly outcomes: ReadonlyMap<string, string | null>;
  /** How often there is each kind of event in the histories of each orchestration. */
  readonly kinds: ReadonlyMap<string, number>;
  /** Keys of the activities whose end is recorded. */
  readonly recorded: ReadonlySet<string>;
  /** The names of those that were scheduled, by key. */
  readonly names: ReadonlyMap<string, string>;
  readonly rows: UserRows;
  /** What no history may have, however far it has come. */
  readonly faults: readonly string[];
}

export async function observe(provider: Provider, database: UserDatabase): Promise<Observed> {
  const client = new Client(provider);
  const outcomes = new Map<string, string | null>();
  const kinds = new Map<string, number>();
  const names = new Map<string, string>();
  const recorded = new Set<string>();
  const faults: string[] = [];
  const { instances } = await client.list({ limit: 1_000 });
  for (const { instanceId, name, status } of instances) {
    const isOpen = status === "pending" || status === "running";
    outcomes.set(instanceId, isOpen ? null : await outcomeOf(client, instanceId));
    if (status === "pending") continue;
    for (const { executionId } of await client.listExecutions(instanceId)) {
      const history = await client.getHistory(instanceId, { executionId });
      faults.push(...faultsOf(history, `${instanceId}, execution ${executionId}`, !isOpen));
      for (const { kind } of history) kinds.set(`${name}: ${kind}`, (kinds.get(`${name}: ${kind}`) ?? 0) + 1);
      noteActivities(history, names, recorded);
    }
  }
  return { outcomes, kinds, names, recorded, rows: await database.read(), faults };
}

function faultsOf(history: readonly HistoryEvent[], where: string, hasEnded: boolean): string[] {
  const faults: string[] = [];
  try {
    if (hasEnded) checkHistory(history, where);
  } catch (error) {
    faults.push((error as Error).message);
  }
  for (const event of history) {
    const created = event.kind === "TimerFired" ? history[event.scheduledId - 1] : undefined;
    if (created === undefined || !("dueAt" in created)) continue;
    if (event.at < (created.dueAt ?? 0)) faults.push(`timer ${created.eventId} of ${where} fired early`);
  }
  return faults;
}

function noteActivities(history: readonly HistoryEvent[], names: Map<string, string>, recorded: Set<string>): void {
  const [started] = history;
  if (started?.kind !== "OrchestrationStarted") return;
  for (const event of history) {
    if (event.kind === "ActivityScheduled") names.set(activityId(started, event.eventId), event.name);
    if (event.kind === "ActivityCompleted" || event.kind === "ActivityFailed") {
      recorded.add(activityId(started, event.scheduledId));
    }
  }
}
