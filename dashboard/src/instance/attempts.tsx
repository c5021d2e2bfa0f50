import type { OperationView } from "../../../src/management/index.ts";
import { FailureText } from "../show/failure.tsx";
import { Panel } from "../show/panel.tsx";
import { Payload } from "../show/payload.tsx";
import { Text } from "../show/text.tsx";
import { Time } from "../show/time.tsx";

/** Activities that have failed, and will be tried again. */
export function Attempts({ operations }: { readonly operations: readonly OperationView[] }) {
  const retried = operations.filter(
    ({ work }) => work !== null && (work.lastFailure !== null || work.heartbeat !== null),
  );
  if (retried.length === 0) return null;
  return (
    <Panel title="Attempts under way">
      <ul class="stack">
        {retried.slice(0, 10).map(({ eventId, name, work }) => (
          <li key={eventId} class="stack tight">
            <div class="row">
              <strong>
                <Text>{name}</Text>
              </strong>
              <span class="badge">attempt {work?.attempt}</span>
              <span class="muted small">
                {work?.owner == null ? (
                  <>
                    next <Time at={work?.visibleAt ?? 0} isFocusable />
                  </>
                ) : (
                  <>
                    on <Text>{work.owner}</Text>
                  </>
                )}
              </span>
            </div>
            {work?.lastFailure != null && <FailureText failure={work.lastFailure} role="the attempt before failed:" />}
            {work?.heartbeat != null && <Payload text={work.heartbeat} label="Last heartbeat" />}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
