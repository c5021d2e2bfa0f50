import { signal } from "@preact/signals";
import { useMemo, useState } from "preact/hooks";
import { foldHistory } from "../../../src/inspection/index.ts";
import { AttemptsPanel } from "../attempts/attempts-panel.tsx";
import { ImportDialog } from "../actions/import-dialog.tsx";
import { HistoryTab } from "../history/history-tab.tsx";
import { Tabs } from "../instance/tabs.tsx";
import { ValuesView } from "../instance/values-view.tsx";
import { ReplayTab } from "../replay/replay-tab.tsx";
import { replaceQuery, route } from "../shell/router.ts";
import { canWrite } from "../shell/session.ts";
import { FailureText } from "../show/failure.tsx";
import { Panel } from "../show/panel.tsx";
import { Status } from "../show/status.tsx";
import { Text } from "../show/text.tsx";
import { visible, visibleLine } from "../show/visible.ts";
import { Timeline } from "../timeline/timeline.tsx";
import { type FileExecution, readExport } from "./read-export.ts";

// Kept while the page is open, and sent nowhere.
const opened = signal<OpenedFile | null>(null);

interface OpenedFile {
  readonly name: string;
  readonly text: string;
  readonly executions: readonly FileExecution[];
}

/** Shows an exported file: everything but what only a store knows. */
export function FilePage({ tab }: { readonly tab: string | undefined }) {
  const [problem, setProblem] = useState<string | null>(null);
  const open = async (file: File | undefined) => {
    if (file === undefined) return;
    try {
      const text = await file.text();
      opened.value = { name: file.name, text, executions: readExport(text) };
      setProblem(null);
      replaceQuery({ at: undefined, event: undefined });
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <div
      class="stack"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void open(event.dataTransfer?.files[0]);
      }}
    >
      <header class="row spread">
        <h1>{opened.value === null ? "Open a file" : visibleLine(opened.value.name)}</h1>
        {opened.value !== null && <Import text={opened.value.text} />}
        <label class="button">
          {opened.value === null ? "Choose a file…" : "Another file…"}
          <input
            class="hidden"
            type="file"
            accept="application/json,.json,.jsonl"
            onChange={({ currentTarget }) => {
              void open(currentTarget.files?.[0]);
              // Or the same file could not be opened again once it has changed.
              currentTarget.value = "";
            }}
          />
        </label>
      </header>
      {problem !== null && (
        <p class="problem" role="alert">
          {visible(problem)}
        </p>
      )}
      {opened.value === null ? (
        <section class="panel empty">
          <h2>Look at an instance of another store</h2>
          <p>
            Drop a file here that <code>perdure export</code> or <code>perdure history --json</code> wrote. It is read
            in this page, and goes nowhere else.
          </p>
        </section>
      ) : (
        <Opened executions={opened.value.executions} tab={tab} />
      )}
    </div>
  );
}

/** For whoever is in and may change something; a bare history is nothing that could be imported. */
function Import({ text }: { readonly text: string }) {
  const [isOpen, setOpen] = useState(false);
  const file = useMemo(() => JSON.parse(text) as object, [text]);
  if (!canWrite.value || !("perdureExport" in file)) return null;
  return (
    <>
      <button type="button" class="button push" onClick={() => setOpen(true)}>
        Import…
      </button>
      {isOpen && <ImportDialog file={file} onClose={() => setOpen(false)} />}
    </>
  );
}

interface OpenedProps {
  readonly executions: readonly FileExecution[];
  readonly tab: string | undefined;
}

function Opened({ executions, tab }: OpenedProps) {
  // The newest execution of the instance that was exported: its children come after it.
  const first = executions.findLastIndex(({ instanceId: id }) => id === executions[0]?.instanceId);
  const index = Math.min(executions.length - 1, Number(route.value.query.get("at") ?? first) || 0);
  const { instanceId, events } = executions[index] as FileExecution;
  const state = useMemo(() => foldHistory(events), [events]);
  return (
    <>
      <div class="row facts-line">
        <strong class="wrap">
          <Text>{instanceId}</Text>
        </strong>
        <Status of={state.status} />
        <span class="wrap">
          <Text>{state.name}</Text> <span class="muted">{state.version}</span>
        </span>
        <span class="muted">execution {state.executionId}</span>
        {executions.length > 1 && (
          <select
            class="fit"
            aria-label="What to show of the file"
            value={String(index)}
            onChange={({ currentTarget }) => replaceQuery({ at: currentTarget.value, event: undefined })}
          >
            {executions.map((one, place) => (
              <option key={place} value={String(place)}>
                {visibleLine(one.instanceId)} · execution {one.executionId}
              </option>
            ))}
          </select>
        )}
      </div>
      <Tabs path={["file"]} current={tab} has={(one) => one !== "family"} />
      {tab === undefined && (
        <>
          {state.failure !== null && (
            <Panel title="Why it ended">
              <FailureText failure={state.failure} />
            </Panel>
          )}
          <AttemptsPanel operations={state.operations} />
          <Timeline state={state} work={[]} />
          <ValuesView state={state} />
        </>
      )}
      {tab === "history" && <HistoryTab events={events} />}
      {tab === "replay" && <ReplayTab events={events} />}
    </>
  );
}
