import { useMemo } from "preact/hooks";
import { isDecision } from "../../../src/history/event-kinds.ts";
import type { HistoryEvent } from "../../../src/history/events.ts";
import { foldHistory } from "../../../src/inspection/index.ts";
import { EventDetails } from "../history/event-details.tsx";
import { eventText, kindText } from "../history/event-text.ts";
import { StateView } from "../instance/state-view.tsx";
import { replaceQuery, route } from "../shell/router.ts";
import { durationText } from "../show/duration-text.ts";
import { Empty } from "../show/empty.tsx";
import { Glyph } from "../show/glyph.tsx";
import { Panel } from "../show/panel.tsx";
import { Status } from "../show/status.tsx";
import { absolute } from "../show/time.tsx";
import { OpenOperations } from "./open-operations.tsx";

/** Goes through a history event by event: what had been decided, what was open, and what others could see. */
export function ReplayTab({ events }: { readonly events: readonly HistoryEvent[] }) {
  const given = Number(route.value.query.get("event") ?? events.length);
  const at = Math.min(events.length, Math.max(1, Math.trunc(given) || 1));
  const state = useMemo(() => (events.length === 0 ? null : foldHistory(events.slice(0, at))), [events, at]);
  const event = events[at - 1];
  if (state === null || event === undefined) {
    return (
      <Empty title="Nothing to replay yet">
        <p>Its history has no events.</p>
      </Empty>
    );
  }
  const choose = (eventId: number) => replaceQuery({ event: String(Math.min(events.length, Math.max(1, eventId))) });
  const onKeyDown = (pressed: KeyboardEvent) => {
    const step = steps[pressed.key];
    if (step === undefined) return;
    pressed.preventDefault();
    choose(at + step);
  };
  return (
    <div class="stack replay" onKeyDown={onKeyDown}>
      <div class="panel">
        <div class="inside stack tight">
          <div class="moments">
            <Step label="First event" glyph="first" isOff={at === 1} act={() => choose(1)} />
            <Step label="Event before" glyph="previous" isOff={at === 1} act={() => choose(at - 1)} />
            <input
              type="range"
              min={1}
              max={events.length}
              value={at}
              aria-label="Event"
              aria-valuetext={`Event ${at} of ${events.length}: ${kindText(event.kind)}`}
              onInput={({ currentTarget }) => choose(Number(currentTarget.value))}
            />
            <Step label="Next event" glyph="next" isOff={at === events.length} act={() => choose(at + 1)} />
            <Step label="Last event" glyph="last" isOff={at === events.length} act={() => choose(events.length)} />
          </div>
          <div class="row facts-line" role="status">
            <strong>
              Event {at.toLocaleString("en")} of {events.length.toLocaleString("en")}
            </strong>
            <Status of={state.isCancelling && state.status === "running" ? "cancelled" : state.status} />
            <span class="muted">{absolute(event.at)}</span>
            <span class="muted">{durationText(event.at - state.startedAt)} after the start</span>
          </div>
        </div>
      </div>
      <div class="columns even">
        <div class="stack">
          <Turn events={events} at={at} choose={choose} />
          <EventDetails event={event} choose={choose} />
        </div>
        <div class="stack">
          <OpenOperations state={state} choose={choose} />
          <StateView state={state} />
        </div>
      </div>
    </div>
  );
}

interface TurnProps {
  readonly events: readonly HistoryEvent[];
  readonly at: number;
  readonly choose: (eventId: number) => void;
}

/** What was received, and all that the function decided on it: one delivery. */
function Turn({ events, at, choose }: TurnProps) {
  let first = at - 1;
  while (first > 0 && isDecision(events[first] as HistoryEvent)) first -= 1;
  let last = at;
  while (last < events.length && isDecision(events[last] as HistoryEvent)) last += 1;
  const shownTo = Math.min(last, first + 40);
  return (
    <Panel title="Received, and what it decided" isFlush>
      <ol class="turn">
        {events.slice(first, shownTo).map((event) => (
          <li key={event.eventId}>
            <button
              type="button"
              class={`turn-event ${event.eventId > at ? "later" : ""}`}
              aria-current={event.eventId === at ? "step" : undefined}
              onClick={() => choose(event.eventId)}
            >
              <span class="muted number">#{event.eventId}</span>
              <span class="name">
                {isDecision(event) && (
                  <span class="muted" aria-hidden="true">
                    ↳{" "}
                  </span>
                )}
                {kindText(event.kind)}
              </span>
              <bdi class="muted mono clip">{eventText(event)}</bdi>
            </button>
          </li>
        ))}
        {shownTo < last && <li class="inside muted">and {last - shownTo} more decisions</li>}
      </ol>
    </Panel>
  );
}

interface StepProps {
  readonly label: string;
  readonly glyph: string;
  readonly isOff: boolean;
  readonly act: () => void;
}

function Step({ label, glyph, isOff, act }: StepProps) {
  return (
    <button type="button" class="button icon" aria-label={label} aria-disabled={isOff} onClick={act}>
      <Glyph of={glyph} />
    </button>
  );
}

const steps: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  Home: -1e9,
  End: 1e9,
};
