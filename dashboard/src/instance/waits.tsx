import { useState } from "preact/hooks";
import { ActDialog } from "../actions/act-dialog.tsx";
import { TellDialog } from "../actions/tell-dialog.tsx";
import type { InstanceReport, WaitView } from "../../../src/management/index.ts";
import { href } from "../shell/router.ts";
import { canWrite } from "../shell/session.ts";
import { Glyph } from "../show/glyph.tsx";
import { Panel } from "../show/panel.tsx";
import { Time } from "../show/time.tsx";
import { visible } from "../show/visible.ts";

const shown = 20;

/** What it waits for right now, and what can be done about it: that which will not end by itself first. */
export function Waits({ report }: { readonly report: InstanceReport }) {
  const { waits } = report;
  const [open, setOpen] = useState<WaitView | null>(null);
  const sorted = waits.toSorted((a, b) => Number(b.isStuck) - Number(a.isStuck));
  const names = report.execution?.operations.filter(({ eventId }) => eventId === open?.eventId).map(({ name }) => name);
  const { instanceId } = report.instance;
  const close = () => setOpen(null);
  return (
    <Panel
      title="Waiting on"
      isFlush
      beside={<span class="muted small">{waits.length > 1 && `${waits.length} things`}</span>}
    >
      {waits.length === 0 && <p class="inside muted">Nothing is recorded that it waits for: it is being taken up.</p>}
      <ul class="waits">
        {sorted.slice(0, shown).map((wait, index) => (
          <li key={index} class={wait.isStuck ? "stuck" : ""}>
            <span class={wait.isStuck ? "tone-quarantine" : "tone-running"}>
              <Glyph of={wait.isStuck ? "quarantine" : wait.kind} />
            </span>
            <span class="text">
              {wait.isStuck && <strong class="tone-quarantine">Stuck. </strong>}
              {visible(wait.text)}
            </span>
            <span class="muted small">
              {wait.since !== null && (
                <>
                  since <Time at={wait.since} isFocusable />
                </>
              )}
              {wait.until !== null && (
                <>
                  {wait.since !== null && ", "}until <Time at={wait.until} isFocusable />
                </>
              )}
            </span>
            {wait.childId !== null && (
              <a class="button little" href={href(["instances", wait.childId])}>
                Open the child
              </a>
            )}
            {canWrite.value && doable[wait.kind] !== undefined && (
              <button type="button" class="button little" onClick={() => setOpen(wait)}>
                {doable[wait.kind]}
              </button>
            )}
          </li>
        ))}
        {waits.length > shown && <li class="muted">and {waits.length - shown} more: the timeline shows them</li>}
      </ul>
      {open?.kind === "quarantine" && (
        <ActDialog instanceId={instanceId} action="release" hasEnded={false} onClose={close} />
      )}
      {(open?.kind === "message" || open?.kind === "event") && (
        <TellDialog instanceId={instanceId} kind={open.kind} names={names ?? []} onClose={close} />
      )}
    </Panel>
  );
}

const doable: Readonly<Record<string, string>> = {
  quarantine: "Release…",
  message: "Send a message…",
  event: "Raise the event…",
};
