import { ProblemBar } from "../show/problem.tsx";
import { Empty } from "../show/empty.tsx";
import { route } from "../shell/router.ts";
import { Executions } from "./executions.tsx";
import { InstanceHeader } from "./instance-header.tsx";
import { FamilyTab } from "../family/family-tab.tsx";
import { HistoryTab } from "../history/history-tab.tsx";
import { ReplayTab } from "../replay/replay-tab.tsx";
import { OverviewTab } from "./overview-tab.tsx";
import { Tabs } from "./tabs.tsx";
import { useEvents } from "./use-events.ts";
import { useReport } from "./use-report.ts";

export function InstancePage({ id, tab }: { readonly id: string; readonly tab: string | undefined }) {
  const { value: report, problem, reload } = useReport(id);
  const executionId = route.value.query.get("execution") ?? undefined;
  const events = useEvents(id, executionId);
  if (report === null) {
    if (problem?.code === "INSTANCE_NOT_FOUND") {
      return (
        <Empty title="There is no such instance">
          <p>It was deleted, or never started in this store.</p>
        </Empty>
      );
    }
    return problem === null ? <div aria-busy="true" /> : <ProblemBar problem={problem} retry={reload} />;
  }
  return (
    <div class="stack">
      <InstanceHeader report={report} />
      {problem !== null && <ProblemBar problem={problem} retry={reload} />}
      <Tabs path={["instances", id]} current={tab} />
      {report.executions.length > 1 && tab !== "family" && <Executions report={report} />}
      {events.problem !== null && tab !== "family" && <ProblemBar problem={events.problem} retry={events.reload} />}
      {tab === undefined && (
        <OverviewTab report={report} events={events.value ?? []} isCurrent={executionId === undefined} />
      )}
      {tab === "history" && <HistoryTab events={events.value ?? []} />}
      {tab === "replay" && <ReplayTab events={events.value ?? []} />}
      {tab === "family" && <FamilyTab id={id} />}
    </div>
  );
}
