import { useState } from "preact/hooks";
import type { HistoryEvent } from "../../../src/history/events.ts";
import { Empty } from "../show/empty.tsx";
import { route, replaceQuery } from "../shell/router.ts";
import { EventDetails } from "./event-details.tsx";
import { EventTable } from "./event-table.tsx";
import { eventText, kindText } from "./event-text.ts";

/** The events as a table, and all of the chosen one beside it. */
export function HistoryTab({ events }: { readonly events: readonly HistoryEvent[] }) {
  const [search, setSearch] = useState("");
  if (events.length === 0) {
    return (
      <Empty title="No events yet">
        <p>No node has taken it up. The overview says what it waits for.</p>
      </Empty>
    );
  }
  const words = search.toLowerCase().trim();
  const shown = words === "" ? events : events.filter((event) => matches(event, words));
  const chosenId = Number(route.value.query.get("event") ?? events[0]?.eventId);
  const chosen = events.find(({ eventId }) => eventId === chosenId);
  const choose = (eventId: number) => replaceQuery({ event: String(eventId) });
  return (
    <div class="columns history">
      <section class="panel" aria-label="Events">
        <div class="row count">
          <input
            type="search"
            class="grow"
            data-search
            aria-label="Search in the events"
            placeholder="Search in kinds, names and payloads  ( / )"
            value={search}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          />
          <span class="muted small" role="status">
            {shown.length === events.length ? "" : `${shown.length.toLocaleString("en")} of `}
            {events.length.toLocaleString("en")} events
          </span>
        </div>
        <EventTable events={shown} chosenId={chosenId} choose={choose} origin={events[0]?.at ?? 0} />
      </section>
      {chosen !== undefined && <EventDetails event={chosen} choose={choose} />}
    </div>
  );
}

function matches(event: HistoryEvent, words: string): boolean {
  if (kindText(event.kind).toLowerCase().includes(words) || eventText(event).toLowerCase().includes(words)) return true;
  return "payload" in event && event.payload.toLowerCase().includes(words);
}
