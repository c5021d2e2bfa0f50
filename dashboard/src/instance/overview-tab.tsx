import { useMemo } from "preact/hooks";
import type { HistoryEvent } from "../../../src/history/events.ts";
import { foldHistory } from "../../../src/inspection/index.ts";
import type { InstanceReport } from "../../../src/management/index.ts";
import { AttemptsPanel } from "../attempts/attempts-panel.tsx";
import { FailureText } from "../show/failure.tsx";
import { Panel } from "../show/panel.tsx";
import { visible } from "../show/visible.ts";
import { Timeline } from "../timeline/timeline.tsx";
import { hasEnded } from "./instance-header.tsx";
import { ValuesView } from "./values-view.tsx";
import { Waits } from "./waits.tsx";

interface OverviewProps {
  readonly report: InstanceReport;
  readonly events: readonly HistoryEvent[];
  /** The newest execution is shown, and not an earlier one. */
  readonly isCurrent: boolean;
}

export function OverviewTab({ report, events, isCurrent }: OverviewProps) {
  const state = useMemo(() => (events.length === 0 ? null : foldHistory(events)), [events]);
  const { instance, damage, execution } = report;
  return (
    <>
      {isCurrent && !hasEnded(instance.status) && <Waits report={report} />}
      {damage !== null && <p class="problem">Its history cannot be read. {visible(damage)}</p>}
      {state?.failure != null && (
        <Panel title="Why it ended">
          <FailureText failure={state.failure} />
        </Panel>
      )}
      {state !== null && (
        <AttemptsPanel operations={isCurrent && execution !== null ? execution.operations : state.operations} />
      )}
      {state !== null && <Timeline state={state} work={isCurrent ? (execution?.operations ?? []) : []} />}
      {state !== null && <ValuesView state={state} />}
    </>
  );
}
