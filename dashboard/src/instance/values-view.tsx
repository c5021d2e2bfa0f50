import type { HistoryState } from "../../../src/inspection/index.ts";
import { Panel } from "../show/panel.tsx";
import { Payload } from "../show/payload.tsx";
import { StateView } from "./state-view.tsx";

/** What an execution was given, what it answered, and what others can read of it. */
export function ValuesView({ state }: { readonly state: HistoryState }) {
  return (
    <div class="halves">
      <div class="stack">
        <Panel title="Input">
          <Payload text={state.input} label="Input" />
        </Panel>
        {state.result !== null && (
          <Panel title="Result">
            <Payload text={state.result} label="Result" />
          </Panel>
        )}
      </div>
      <StateView state={state} />
    </div>
  );
}
