import type { WorkView } from "../../../src/management/index.ts";
import { FailureText } from "../show/failure.tsx";
import { Panel } from "../show/panel.tsx";
import { Payload } from "../show/payload.tsx";
import { Text } from "../show/text.tsx";
import { Time } from "../show/time.tsx";
import { AttemptTable, type ShownAttempt } from "./attempt-table.tsx";

export interface Tried {
  readonly eventId: number;
  readonly name: string;
  readonly outcome: string;
  readonly failedAttempts: readonly ShownAttempt[];
  readonly work?: WorkView | null;
}

const mostShown = 10;

/** Activities that were tried more than once, or tell how far they have come: those under way first. */
export function AttemptsPanel({ operations }: { readonly operations: readonly Tried[] }) {
  const tried = operations
    .filter(
      ({ work, failedAttempts: { length }, outcome }) =>
        isUnderWay(work, length) || length > Number(outcome === "failed"),
    )
    .toSorted((a, b) => Number(b.work != null) - Number(a.work != null) || b.eventId - a.eventId);
  if (tried.length === 0) return null;
  return (
    <Panel title="Attempts" beside={<span class="small muted">what differs from the attempt before is marked</span>}>
      <ul class="stack">
        {tried.slice(0, mostShown).map((operation) => (
          <li key={operation.eventId} class="stack tight">
            <Head of={operation} />
            <Body of={operation} />
            {operation.work?.heartbeat != null && <Payload text={operation.work.heartbeat} label="Last heartbeat" />}
          </li>
        ))}
        {tried.length > mostShown && (
          <li class="muted small">and {tried.length - mostShown} more: their events are in the history</li>
        )}
      </ul>
    </Panel>
  );
}

const isUnderWay = (work: Tried["work"], failed: number) => work != null && (failed > 0 || work.heartbeat !== null);

function Head({ of: { name, work, outcome, eventId, failedAttempts } }: { readonly of: Tried }) {
  return (
    <div class="row">
      <strong>
        <Text>{name}</Text>
      </strong>
      <span class="muted small">#{eventId}</span>
      {work == null ? (
        <span class="badge">
          {outcome === "failed" ? "failed for good" : `worked at attempt ${(failedAttempts.at(-1)?.attempt ?? 0) + 1}`}
        </span>
      ) : (
        <>
          <span class="badge">attempt {work.attempt}</span>
          <span class="muted small">
            {work.owner === null ? (
              <>
                next <Time at={work.visibleAt} isFocusable />
              </>
            ) : (
              <>
                on <Text>{work.owner}</Text>
              </>
            )}
          </span>
        </>
      )}
    </div>
  );
}

function Body({ of: { failedAttempts, name } }: { readonly of: Tried }) {
  const [only] = failedAttempts;
  if (only === undefined) return null;
  if (failedAttempts.length > 1) return <AttemptTable attempts={failedAttempts} name={name} />;
  return <FailureText failure={only.failure} role="the attempt before failed:" />;
}
