import { useState } from "preact/hooks";
import { api } from "../api/api.ts";
import { useLoaded } from "../api/use-loaded.ts";
import { durationText } from "../show/duration-text.ts";
import { Empty } from "../show/empty.tsx";
import { Panel } from "../show/panel.tsx";
import { ProblemBar } from "../show/problem.tsx";
import { bucketed, percentile } from "./buckets.ts";
import { Figures } from "./figures.tsx";
import { LatencyPlot } from "./latency-plot.tsx";
import { ThroughputPlot } from "./throughput-plot.tsx";

const ranges = [
  ["15 minutes", 900_000],
  ["1 hour", 3_600_000],
  ["6 hours", 21_600_000],
  ["1 day", 86_400_000],
] as const;

export function TrafficPage() {
  const [sinceMs, setSinceMs] = useState<number>(3_600_000);
  const { value, problem, reload } = useLoaded({
    key: `traffic ${sinceMs}`,
    everyMs: 10_000,
    load: () => api.traffic(sinceMs),
  });
  const buckets = value === null ? [] : bucketed(value);
  const took = value?.ended.map(({ tookMs }) => tookMs) ?? [];
  const failed = value?.ended.filter(({ status }) => status === "failed").length ?? 0;
  const isEmpty = value !== null && value.startedAt.length === 0 && value.ended.length === 0;
  return (
    <div class="stack">
      <header class="row spread">
        <h1>Traffic</h1>
        <div class="chips" role="group" aria-label="How far back">
          {ranges.map(([label, ms]) => (
            <button key={ms} type="button" class="chip" aria-pressed={ms === sinceMs} onClick={() => setSinceMs(ms)}>
              {label}
            </button>
          ))}
        </div>
      </header>
      {problem !== null && <ProblemBar problem={problem} retry={reload} />}
      {value !== null && (
        <Figures
          of={[
            ["Started", value.startedAt.length],
            ["Ended", value.ended.length],
            ["Failed", took.length === 0 ? 0 : `${failed} (${((failed / took.length) * 100).toFixed(1)} %)`],
            ["Half took at most", took.length === 0 ? "–" : durationText(percentile(took, 0.5))],
            ["95 % took at most", took.length === 0 ? "–" : durationText(percentile(took, 0.95))],
          ]}
        />
      )}
      {value?.isTruncated === true && (
        <p class="muted small">
          There was more than is shown: these are the newest 1,000 starts and the newest 1,000 ends.
        </p>
      )}
      {isEmpty ? (
        <section class="panel">
          <Empty title="Nothing started, and nothing ended">
            <p>Look further back, or start something.</p>
          </Empty>
        </section>
      ) : (
        <>
          <Panel title="Throughput">
            <ThroughputPlot buckets={buckets} />
          </Panel>
          <Panel title="Latency, from start to end">
            <LatencyPlot buckets={buckets} />
          </Panel>
        </>
      )}
      <p class="muted small">Instances without a parent are counted; children belong to theirs.</p>
    </div>
  );
}
