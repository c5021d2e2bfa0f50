import type { HistoryEvent } from "../../../src/history/events.ts";
import { api } from "../api/api.ts";
import { type Loaded, useLoaded } from "../api/use-loaded.ts";

/** The events of an execution. After a change only the new ones are asked for. */
export function useEvents(id: string, executionId: string | undefined): Loaded<readonly HistoryEvent[]> {
  const loaded = useLoaded({
    key: `events ${id} ${executionId ?? ""}`,
    concerns: (changed) => changed.includes(id),
    load: async (previous: Read | null): Promise<Read> => {
      if (previous === null) return read(await api.history(id, executionId));
      const { events, ...of } = await api.history(id, executionId, String(previous.events.length));
      // It has continued as new, or another run has its id.
      if (of.executionId !== previous.executionId) return read(await api.history(id, executionId));
      return events.length === 0 ? previous : { ...of, events: [...previous.events, ...events] };
    },
  });
  return { ...loaded, value: loaded.value?.events ?? null };
}

interface Read {
  readonly executionId: number;
  readonly events: readonly HistoryEvent[];
}

const read = ({ executionId, events }: Read): Read => ({ executionId, events });
