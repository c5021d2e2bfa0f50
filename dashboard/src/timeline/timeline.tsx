import { useMemo, useRef, useState } from "preact/hooks";
import type { HistoryState, Operation } from "../../../src/inspection/index.ts";
import type { OperationView } from "../../../src/management/index.ts";
import { now } from "../show/clock.ts";
import { durationText } from "../show/duration-text.ts";
import { Glyph } from "../show/glyph.tsx";
import { Panel } from "../show/panel.tsx";
import { Text } from "../show/text.tsx";
import { absolute } from "../show/time.tsx";
import { useRowsInView } from "../show/use-rows-in-view.ts";
import { visibleLine } from "../show/visible.ts";
import { ticksOf } from "./ticks.ts";
import { moved, type Span, zoomed } from "./span.ts";

interface TimelineProps {
  readonly state: HistoryState;
  /** Of the same execution, with what stands in the work queue. */
  readonly work: readonly OperationView[];
}

const rowPx = 27;

/** What an execution did, side by side on one axis of time, which can be zoomed and moved. */
export function Timeline({ state, work }: TimelineProps) {
  const { operations, startedAt, endedAt } = state;
  const whole = { from: startedAt, to: Math.max(startedAt + 1, endedAt ?? now.value) };
  const [chosen, setChosen] = useState<Span | null>(null);
  const span = chosen ?? { from: whole.from, to: whole.to + (whole.to - whole.from) * 0.03 };
  const attempts = useMemo(() => new Map(work.map((one) => [one.eventId, one.work?.attempt ?? null])), [work]);
  const { ref, from, to, onScroll } = useRowsInView(operations.length, rowPx);
  const drag = useRef<{ readonly x: number; readonly span: Span; readonly width: number } | null>(null);
  const zoom = (factor: number, at = 0.5) => setChosen(zoomed(span, factor, at, whole));
  const move = (share: number) => setChosen(moved(span, share, whole));

  const onKeyDown = (event: KeyboardEvent) => {
    const act = keys(zoom, move, () => setChosen(null))[event.key];
    if (act === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  };
  const onWheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
    event.preventDefault();
    const box = (event.currentTarget as HTMLElement).querySelector(".ticks")?.getBoundingClientRect();
    if (box === undefined) return;
    if (event.ctrlKey || event.metaKey) zoom(2 ** (event.deltaY / 200), (event.clientX - box.left) / box.width);
    else move(event.deltaX / box.width);
  };
  const onPointerDown = (event: PointerEvent) => {
    const track = (event.target as HTMLElement).closest<HTMLElement>(".track, .ticks");
    if (track === null || event.button !== 0) return;
    drag.current = { x: event.clientX, span, width: track.clientWidth };
    track.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent) => {
    if (drag.current === null) return;
    const { x, span: start, width } = drag.current;
    setChosen(moved(start, (x - event.clientX) / width, whole));
  };

  return (
    <Panel
      title="Timeline"
      isFlush
      beside={<Buttons zoom={zoom} fit={() => setChosen(null)} isWhole={chosen === null} />}
    >
      {operations.length === 0 ? (
        <p class="inside muted">It has scheduled nothing yet.</p>
      ) : (
        <div
          class="timeline"
          tabIndex={0}
          role="group"
          aria-label="Timeline. Plus and minus zoom, the arrow keys move, 0 shows all"
          onKeyDown={onKeyDown}
          onWheel={onWheel}
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={() => (drag.current = null)}
          onPointerCancel={() => (drag.current = null)}
        >
          <div class="axis" aria-hidden="true">
            <span class="label">{durationText(span.to - span.from)} shown</span>
            <div class="ticks">
              {ticksOf(span, whole.from).map(({ at, label }) => (
                <span key={at} style={{ left: `${shareOf(at, span)}%` }}>
                  {label}
                </span>
              ))}
            </div>
          </div>
          <div class="rows" ref={ref} onScroll={onScroll}>
            <div style={{ height: `${operations.length * rowPx}px`, paddingTop: `${from * rowPx}px` }} role="list">
              {operations.slice(from, to).map((operation) => (
                <Bar
                  key={operation.eventId}
                  operation={operation}
                  span={span}
                  until={endedAt ?? now.value}
                  attempt={attempts.get(operation.eventId) ?? operation.attempts}
                />
              ))}
            </div>
          </div>
        </div>
      )}
    </Panel>
  );
}

interface BarProps {
  readonly operation: Operation;
  readonly span: Span;
  readonly until: number;
  readonly attempt: number | null;
}

function Bar({ operation, span, until, attempt }: BarProps) {
  const { kind, name, outcome, startedAt, endedAt, dueAt } = operation;
  const end = endedAt ?? until;
  const left = Math.max(-1, shareOf(startedAt, span));
  const right = Math.min(101, shareOf(end, span));
  const label = visibleLine(name === "" ? kind : name);
  const took = durationText(end - startedAt);
  const tries = attempt !== null && attempt > 1 ? `, attempt ${attempt}` : "";
  const text = `${kind} ${label}: ${outcome}, ${took}${tries}`;
  const due = dueAt === null ? "" : `\ndue ${absolute(dueAt)}`;
  return (
    <div
      class="bar-row"
      role="listitem"
      title={`${text}\nfrom ${absolute(startedAt)}\nto ${endedAt === null ? "now" : absolute(end)}${due}`}
    >
      <span class={`label tone-${outcome}`}>
        <Glyph of={kind} />
        <span class="clip bar-name">
          <Text limit={80}>{label}</Text>
        </span>
        <span class="hidden">{text}</span>
        <span class="muted small bar-took" aria-hidden="true">
          {took}
        </span>
      </span>
      <div class="track" aria-hidden="true">
        {right >= 0 && left <= 100 && (
          <div
            class={`bar tone-${outcome} kind-${kind} ${outcome === "open" ? "is-open" : ""}`}
            style={{ left: `${left}%`, width: `${Math.max(0, right - left)}%` }}
          />
        )}
      </div>
    </div>
  );
}

interface ButtonsProps {
  readonly zoom: (factor: number) => void;
  readonly fit: () => void;
  readonly isWhole: boolean;
}

function Buttons({ zoom, fit, isWhole }: ButtonsProps) {
  return (
    <div class="row">
      <button type="button" class="button little icon" aria-label="Zoom in" onClick={() => zoom(0.5)}>
        +
      </button>
      <button type="button" class="button little icon" aria-label="Zoom out" disabled={isWhole} onClick={() => zoom(2)}>
        −
      </button>
      <button type="button" class="button little" disabled={isWhole} onClick={fit}>
        Show all
      </button>
    </div>
  );
}

const keys = (
  zoom: (factor: number) => void,
  move: (share: number) => void,
  fit: () => void,
): Readonly<Record<string, () => void>> => ({
  "+": () => zoom(0.5),
  "=": () => zoom(0.5),
  "-": () => zoom(2),
  "0": fit,
  ArrowLeft: () => move(-0.2),
  ArrowRight: () => move(0.2),
});

const shareOf = (at: number, { from, to }: Span): number => ((at - from) / (to - from)) * 100;
