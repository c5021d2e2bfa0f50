import { type Client, type HistoryEntry, InstanceNotFoundError } from "perdure";
import { refOf, type Resource, type ResourceRef } from "./cloud/resource.ts";
import type { Job } from "./job.ts";

export type Histories = ReadonlyMap<string, readonly HistoryEntry[]>;

/** What was written down when the worker was killed. */
export interface Crash {
  readonly restartedAt: number;
  readonly histories: Histories;
}

export async function readHistories(client: Client, jobs: readonly Job[]): Promise<Histories> {
  const histories = new Map<string, readonly HistoryEntry[]>();
  for (const id of jobs.flatMap(({ instanceIds }) => instanceIds)) {
    try {
      histories.set(id, await client.getHistory(id));
    } catch (error) {
      if (!(error instanceof InstanceNotFoundError)) throw error; // A sub-orchestration that was never started.
    }
  }
  return histories;
}

/** The part of the crash's histories that the restarted worker had to be led through. */
export function replayed({ histories }: Crash): Histories {
  return new Map([...histories].filter(([, events]) => !endings.has(events.at(-1)?.kind)));
}

export function countEvents(histories: Histories, kind?: HistoryEntry["kind"]): number {
  return [...histories.values()].flat().filter((event) => kind === undefined || event.kind === kind).length;
}

/** Resources whose creation is recorded as completed. */
export function recordedCreations(histories: Histories): ReadonlySet<ResourceRef> {
  const refs = new Set<ResourceRef>();
  for (const events of histories.values()) {
    for (const event of events) {
      if (event.kind !== "ActivityCompleted") continue;
      const scheduled = events.find(({ eventId }) => eventId === event.scheduledId);
      if (scheduled?.kind !== "ActivityScheduled" || scheduled.name !== "create-resource") continue;
      refs.add(refOf(event.value as Resource));
    }
  }
  return refs;
}

/** Whether the first histories are the beginning of the second ones, event for event. */
export function isContinuedBy(earlier: Histories, later: Histories): boolean {
  return [...earlier].every(([id, events]) => {
    const beginning = later.get(id)?.slice(0, events.length);
    return JSON.stringify(beginning) === JSON.stringify(events);
  });
}

const endings: ReadonlySet<HistoryEntry["kind"] | undefined> = new Set([
  "OrchestrationCompleted",
  "OrchestrationFailed",
  "OrchestrationCancelled",
  "ExecutionEnded",
] as const);
