import type { InstanceReport } from "../../../src/management/index.ts";
import { replaceQuery, route } from "../shell/router.ts";
import { absolute } from "../show/time.tsx";

/** The generations of an instance that continues as new: which of them is shown. */
export function Executions({ report }: { readonly report: InstanceReport }) {
  const { executions, instance } = report;
  const chosen = route.value.query.get("execution") ?? String(instance.executionId);
  return (
    <div class="row">
      <label class="row">
        <span class="small muted">Execution</span>
        <select
          class="fit"
          value={chosen}
          onChange={({ currentTarget: { value } }) =>
            replaceQuery({ execution: value === String(instance.executionId) ? undefined : value, event: undefined })
          }
        >
          {executions.toReversed().map(({ executionId, startedAt, events, end }) => (
            <option key={executionId} value={executionId}>
              {executionId} · {absolute(startedAt)} · {events.toLocaleString("en")} events
              {end === null ? " · current" : end === "OrchestrationContinuedAsNew" ? " · continued as new" : " · ended"}
            </option>
          ))}
        </select>
      </label>
      <span class="small muted">of {executions.length.toLocaleString("en")}</span>
    </div>
  );
}
