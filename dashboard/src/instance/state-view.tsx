import type { HistoryState } from "../../../src/inspection/index.ts";
import { Panel } from "../show/panel.tsx";
import { Payload } from "../show/payload.tsx";
import { Text } from "../show/text.tsx";

/** What others can read of an execution: custom status, key-value state, unread messages. */
export function StateView({ state }: { readonly state: HistoryState }) {
  const { customStatus, state: entries, unread, patches } = state;
  return (
    <div class="stack">
      <Panel title="Custom status">
        {customStatus === null ? (
          <p class="muted">None is set.</p>
        ) : (
          <Payload text={customStatus} label="Custom status" />
        )}
      </Panel>
      <Panel title="Key-value state">
        {entries.size === 0 && <p class="muted">It keeps none.</p>}
        <dl class="stack tight">
          {[...entries].map(([key, value]) => (
            <div key={key} class="stack tight">
              <dt class="small mono">
                <Text>{key}</Text>
              </dt>
              <dd>
                <Payload text={value} label={`Value of ${key}`} />
              </dd>
            </div>
          ))}
        </dl>
      </Panel>
      {unread.size > 0 && (
        <Panel title="Mailboxes">
          <ul>
            {[...unread].map(([mailbox, count]) => (
              <li key={mailbox}>
                <Text>{mailbox}</Text>: <strong>{count}</strong> not received yet
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {patches.length > 0 && (
        <Panel title="Patches">
          <ul>
            {patches.map((patch) => (
              <li key={patch}>
                <Text>{patch}</Text>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  );
}
