import { useEffect } from "preact/hooks";
import { isDecision } from "../../../src/history/event-kinds.ts";
import type { HistoryEvent } from "../../../src/history/events.ts";
import { Spacer } from "../instances/instance-table.tsx";
import { durationText } from "../show/duration-text.ts";
import { absolute } from "../show/time.tsx";
import { useRowsInView } from "../show/use-rows-in-view.ts";
import { eventText, eventTone, kindText } from "./event-text.ts";

interface EventTableProps {
  readonly events: readonly HistoryEvent[];
  readonly chosenId: number;
  readonly choose: (eventId: number) => void;
  /** When the execution began. */
  readonly origin: number;
}

const rowPx = 30;

export function EventTable({ events, chosenId, choose, origin }: EventTableProps) {
  const { ref, from, to, onScroll, show } = useRowsInView(events.length, rowPx, rowPx);
  const index = events.findIndex(({ eventId }) => eventId === chosenId);
  useEffect(() => {
    if (index !== -1) show(index);
  }, [index]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = events[Math.min(events.length - 1, Math.max(0, index + step))];
    if (next !== undefined) choose(next.eventId);
  };
  return (
    <div
      class="scroll tall"
      ref={ref}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      tabIndex={0}
      role="region"
      aria-label="Table of events. The arrow keys choose one"
    >
      <table class="dense events" aria-rowcount={events.length + 1}>
        <thead>
          <tr>
            <th scope="col" class="right c-number">
              #
            </th>
            <th scope="col" class="c-at wide-only">
              After
            </th>
            <th scope="col" class="c-kind">
              Event
            </th>
            <th scope="col">What it says</th>
          </tr>
        </thead>
        <tbody>
          <Spacer px={from * rowPx} />
          {events.slice(from, to).map((event, offset) => (
            <tr
              key={event.eventId}
              aria-rowindex={from + offset + 2}
              class={event.eventId === chosenId ? "chosen" : ""}
              onClick={() => choose(event.eventId)}
            >
              <td class="right muted">{event.eventId}</td>
              <td class="muted wide-only" title={absolute(event.at)}>
                {durationText(event.at - origin)}
              </td>
              <td>
                <button
                  type="button"
                  class={`event clip tone-${eventTone(event)}`}
                  tabIndex={-1}
                  aria-pressed={event.eventId === chosenId}
                >
                  {isDecision(event) ? (
                    <span class="muted" aria-hidden="true">
                      ↳{" "}
                    </span>
                  ) : (
                    ""
                  )}
                  {kindText(event.kind)}
                </button>
              </td>
              <td class="mono muted">
                <bdi>{eventText(event)}</bdi>
              </td>
            </tr>
          ))}
          <Spacer px={(events.length - to) * rowPx} />
        </tbody>
      </table>
    </div>
  );
}

const steps: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 15,
  PageUp: -15,
  Home: -1e9,
  End: 1e9,
};
