import { useState } from "preact/hooks";
import { ActDialog } from "../actions/act-dialog.tsx";
import { ExportDialog } from "../actions/export-dialog.tsx";
import { TellDialog } from "../actions/tell-dialog.tsx";
import type { ActionKind, InstanceReport, OperationView } from "../../../src/management/index.ts";
import { href } from "../shell/router.ts";
import { canWrite } from "../shell/session.ts";
import { say } from "../shell/toast.tsx";
import { durationText } from "../show/duration-text.ts";
import { Status } from "../show/status.tsx";
import { Text } from "../show/text.tsx";
import { Age, Time } from "../show/time.tsx";
import { visibleLine } from "../show/visible.ts";

export const hasEnded = (status: string): boolean => status !== "running" && status !== "pending";

export function InstanceHeader({ report }: { readonly report: InstanceReport }) {
  const { instance, execution, owner } = report;
  const { instanceId, status, quarantine, name, version, parent, createdAt, updatedAt, executionId } = instance;
  const isOver = hasEnded(status);
  return (
    <header class={`head ${instanceId.length > 48 ? "long" : ""}`}>
      <div class="row title">
        <h1 class="wrap">
          <bdi>{visibleLine(instanceId)}</bdi>
        </h1>
        <button
          type="button"
          class="button little plain"
          onClick={() => void navigator.clipboard.writeText(instanceId).then(() => say("Copied the instance id."))}
        >
          Copy id
        </button>
      </div>
      <Actions report={report} />
      <div class="row facts-line">
        <Status of={quarantine === null ? status : "quarantine"} />
        {execution?.isCancelling === true && !isOver && <span class="badge">cancelling</span>}
        <span class="wrap">
          <Text>{name}</Text> <span class="muted">{version ?? "version not chosen yet"}</span>
        </span>
        {executionId > 1 && <span class="muted">execution {executionId}</span>}
        <span class="muted">
          started <Time at={createdAt} isFocusable />
        </span>
        <span class="muted">
          {isOver ? (
            <>took {durationText(Date.parse(updatedAt) - Date.parse(createdAt))}</>
          ) : (
            <>
              running for <Age since={createdAt} />
            </>
          )}
        </span>
        {execution !== null && <Progress operations={execution.operations} />}
        {owner !== null && (
          <span class="muted wrap">
            on node <Text>{owner}</Text>
          </span>
        )}
        {parent !== null && (
          <a class="wrap" href={href(["instances", parent.instanceId])}>
            child of <Text>{parent.instanceId}</Text>
          </a>
        )}
      </div>
    </header>
  );
}

/** How much of what it has scheduled so far has ended. */
function Progress({ operations }: { readonly operations: readonly OperationView[] }) {
  if (operations.length === 0) return null;
  const ended = operations.filter(({ outcome }) => outcome !== "open").length;
  return (
    <span class="row muted">
      <meter min={0} max={operations.length} value={ended} aria-label="Operations that have ended" />
      {ended.toLocaleString("en")} of {operations.length.toLocaleString("en")} operations ended
    </span>
  );
}

function Actions({ report: { instance, execution } }: { readonly report: InstanceReport }) {
  const [open, setOpen] = useState<ActionKind | "message" | "event" | "export" | null>(null);
  const { instanceId, status, quarantine } = instance;
  const isOver = hasEnded(status);
  const close = () => setOpen(null);
  const names = (kind: string) => [
    ...new Set(
      execution?.operations
        .filter((one) => one.kind === kind)
        .map(({ name }) => name)
        .toReversed(),
    ),
  ];
  const button = (action: ActionKind, label: string, isDangerous = false) => (
    <button type="button" class={`button ${isDangerous ? "danger" : ""}`} onClick={() => setOpen(action)}>
      {label}
    </button>
  );
  return (
    <div class="row actions">
      <button type="button" class="button" onClick={() => setOpen("export")}>
        Export…
      </button>
      {canWrite.value && quarantine !== null && (
        <button type="button" class="button primary" onClick={() => setOpen("release")}>
          Release…
        </button>
      )}
      {canWrite.value && !isOver && (
        <>
          <button type="button" class="button" onClick={() => setOpen("message")}>
            Send…
          </button>
          <button type="button" class="button" onClick={() => setOpen("event")}>
            Raise…
          </button>
          {button("cancel", "Cancel…")}
          {button("terminate", "Terminate…", true)}
        </>
      )}
      {canWrite.value && button("delete", "Delete…", true)}
      {open === "export" && <ExportDialog instanceId={instanceId} onClose={close} />}
      {open !== null && open !== "message" && open !== "event" && open !== "export" && (
        <ActDialog instanceId={instanceId} action={open} hasEnded={isOver} onClose={close} />
      )}
      {(open === "message" || open === "event") && (
        <TellDialog instanceId={instanceId} kind={open} names={names(open)} onClose={close} />
      )}
    </div>
  );
}
