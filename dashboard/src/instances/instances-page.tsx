import { useEffect, useState } from "preact/hooks";
import { BulkDialog } from "../actions/bulk-dialog.tsx";
import { StartDialog } from "../actions/start-dialog.tsx";
import { api } from "../api/api.ts";
import { useLoaded } from "../api/use-loaded.ts";
import { route } from "../shell/router.ts";
import { canWrite } from "../shell/session.ts";
import { now } from "../show/clock.ts";
import { Empty } from "../show/empty.tsx";
import { ProblemBar } from "../show/problem.tsx";
import { currentFilter, filterParams, filterText, isFiltered } from "./filter.ts";
import { FilterBar } from "./filter-bar.tsx";
import { InstanceTable } from "./instance-table.tsx";
import { loadKnownNames } from "./known-names.ts";
import { usePages } from "./use-pages.ts";

export function InstancesPage() {
  const filter = currentFilter();
  const key = route.value.query.toString();
  const pages = usePages(key, () => filterParams(filter, now.peek()));
  const total = useLoaded({ key: `count ${key}`, load: () => api.count(filterParams(filter, now.peek())) });
  const [dialog, setDialog] = useState<"start" | "bulk" | null>(null);
  useEffect(() => void loadKnownNames().catch(() => {}), []);
  const close = () => setDialog(null);
  return (
    <div class="stack">
      <header class="row spread">
        <h1>Instances</h1>
        {canWrite.value && (
          <div class="row">
            <button type="button" class="button" disabled={total.value?.count === 0} onClick={() => setDialog("bulk")}>
              <span>
                Act on all<span class="wide-only"> that match</span>…
              </span>
            </button>
            <button type="button" class="button primary" onClick={() => setDialog("start")}>
              Start…
            </button>
          </div>
        )}
      </header>
      <FilterBar filter={filter} />
      {pages.problem !== null && <ProblemBar problem={pages.problem} retry={pages.reload} />}
      <section class="panel" aria-label="Instances found">
        <p class="count muted small" role="status">
          {total.value === null
            ? "Counting…"
            : `${total.value.count.toLocaleString("en")} ${isFiltered(filter) ? "match" : "in all"}, newest first`}
        </p>
        {pages.rows?.length === 0 ? (
          isFiltered(filter) ? (
            <Empty title="Nothing matches">
              <p>No instance has {filterText(filter)}. Clear a filter to see more.</p>
            </Empty>
          ) : (
            <Empty title="No instances yet">
              <p>
                Start one here, from code with <code>client.start</code>, or with <code>perdure start</code>.
              </p>
            </Empty>
          )
        ) : (
          <InstanceTable rows={pages.rows ?? []} isBusy={pages.rows === null} more={pages.more} />
        )}
      </section>
      {dialog === "start" && <StartDialog onClose={close} />}
      {dialog === "bulk" && <BulkDialog filter={filter} onClose={close} />}
    </div>
  );
}
