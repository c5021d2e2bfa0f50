import type { Bucket } from "./buckets.ts";
import { Plot, roundUp, xOf, yOf } from "./plot.tsx";

/** Starts as bars, ends and failures as lines. */
export function ThroughputPlot({ buckets }: { readonly buckets: readonly Bucket[] }) {
  const count = buckets.length;
  const most = roundUp(Math.max(4, ...buckets.flatMap(({ started, ended }) => [started, ended])));
  const barWidth = xOf(1, count) - xOf(0, count);
  const line = (of: (bucket: Bucket) => number) =>
    buckets.map((bucket, index) => `${xOf(index + 0.5, count)},${yOf(of(bucket) / most)}`).join(" ");
  return (
    <Plot
      label={`Throughput: at most ${most} in each of ${count} parts`}
      buckets={buckets}
      rulers={[0, 0.5, 1].map((share) => ({ share, label: (share * most).toLocaleString("en") }))}
      tell={({ started, ended, failed }) => `${started} started, ${ended} ended, ${failed} of them failed`}
      legend={
        <>
          <span class="tone-running">
            <i />
            <span class="muted">started</span>
          </span>
          <span class="tone-completed">
            <i />
            <span class="muted">ended</span>
          </span>
          <span class="tone-failed">
            <i class="dashed" />
            <span class="muted">failed</span>
          </span>
        </>
      }
    >
      {buckets.map(({ from, started }, index) => (
        <rect
          key={from}
          class="started"
          x={xOf(index, count) + 1}
          width={Math.max(1, barWidth - 2)}
          y={yOf(started / most)}
          height={yOf(0) - yOf(started / most)}
        />
      ))}
      <polyline class="line tone-completed" stroke="currentColor" points={line(({ ended }) => ended)} />
      <polyline
        class="line tone-failed"
        stroke="currentColor"
        stroke-dasharray="4 3"
        points={line(({ failed }) => failed)}
      />
    </Plot>
  );
}
