import { isDecision } from "../../../src/history/event-kinds.ts";
import type { HistoryEvent } from "../../../src/history/events.ts";
import { AttemptTable } from "../attempts/attempt-table.tsx";
import { href } from "../shell/router.ts";
import { FailureText } from "../show/failure.tsx";
import { Panel } from "../show/panel.tsx";
import { Payload } from "../show/payload.tsx";
import { absolute } from "../show/time.tsx";
import { visible } from "../show/visible.ts";
import { kindText } from "./event-text.ts";

interface EventDetailsProps {
  readonly event: HistoryEvent;
  readonly choose: (eventId: number) => void;
}

const apart = new Set(["kind", "eventId", "at", "payload", "failure", "state", "earlier"]);

/** All that an event says. */
export function EventDetails({ event, choose }: EventDetailsProps) {
  const fields = Object.entries(event).filter(([name]) => !apart.has(name));
  return (
    <Panel
      title={`#${event.eventId} ${kindText(event.kind)}`}
      beside={<span class="badge">{isDecision(event) ? "decided" : "received"}</span>}
    >
      <div class="stack">
        <dl class="facts">
          <dt>at</dt>
          <dd>{absolute(event.at)}</dd>
          {fields.map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd>
                <Field name={name} value={value} choose={choose} />
              </dd>
            </>
          ))}
        </dl>
        {"failure" in event && <FailureText failure={event.failure} />}
        {"earlier" in event && event.earlier !== undefined && (
          <AttemptTable attempts={event.earlier} name="this activity before" />
        )}
        {"payload" in event && <Payload text={event.payload} label="Payload" />}
        {event.kind === "OrchestrationStarted" && event.state !== undefined && (
          <Payload text={JSON.stringify(event.state)} label="State carried over" />
        )}
      </div>
    </Panel>
  );
}

function Field({
  name,
  value,
  choose,
}: {
  readonly name: string;
  readonly value: unknown;
  readonly choose: EventDetailsProps["choose"];
}) {
  if (name === "scheduledId" && typeof value === "number") {
    return (
      <button type="button" class="button little" onClick={() => choose(value)}>
        event #{value}
      </button>
    );
  }
  if ((name === "dueAt" || name === "startedAt") && typeof value === "number") return <>{absolute(value)}</>;
  if (name === "instanceId") return <a href={href(["instances", String(value)])}>{visible(String(value))}</a>;
  return <bdi>{visible(typeof value === "string" ? value : JSON.stringify(value))}</bdi>;
}
