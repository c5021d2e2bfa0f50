import type { HistoryState } from "../../../src/inspection/index.ts";
import { Glyph } from "../show/glyph.tsx";
import { Panel } from "../show/panel.tsx";
import { Text } from "../show/text.tsx";
import { absolute } from "../show/time.tsx";

interface OpenOperationsProps {
  readonly state: HistoryState;
  readonly choose: (eventId: number) => void;
}

const shown = 50;

/** What it was waiting for at that moment. */
export function OpenOperations({ state, choose }: OpenOperationsProps) {
  const open = state.operations.filter(({ outcome }) => outcome === "open");
  return (
    <Panel title="Open at this moment" isFlush beside={<span class="muted small">{open.length}</span>}>
      {open.length === 0 && <p class="inside muted">Nothing: it was running, or over.</p>}
      <ul class="waits">
        {open.slice(0, shown).map(({ eventId, kind, name, dueAt }) => (
          <li key={eventId}>
            <span class="tone-open">
              <Glyph of={kind} />
            </span>
            <span class="text">
              {kind}{" "}
              {name !== "" && (
                <strong>
                  <Text>{name}</Text>
                </strong>
              )}
            </span>
            {dueAt !== null && <span class="muted small">until {absolute(dueAt)}</span>}
            <button type="button" class="button little" onClick={() => choose(eventId)}>
              #{eventId}
            </button>
          </li>
        ))}
        {open.length > shown && <li class="muted">and {open.length - shown} more</li>}
      </ul>
    </Panel>
  );
}
