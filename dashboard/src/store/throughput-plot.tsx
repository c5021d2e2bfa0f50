import type { Bucket } from "./buckets.ts";
import { Plot, roundUp } from "./plot.tsx";
import type { PlotScale } from "./plot-scale.ts";

/** Starts as bars, ends and failures as lines. */
export function ThroughputPlot({ buckets }: { readonly buckets: readonly Bucket[] }) {
  const most = roundUp(Math.max(4, ...buckets.flatMap(({ started, ended }) => [started, ended])));
  const line = ({ x, y }: PlotScale, of: (bucket: Bucket) => number) =>
    buckets.map((bucket, index) => `${x(index + 0.5)},${y(of(bucket) / most)}`).join(" ");
  return (
    <Plot
      label={`Throughput: at most ${most} in each of ${buckets.length} parts`}
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
      draw={(scale) => (
        <>
          {buckets.map(({ from, started }, index) => (
            <rect
              key={from}
              class="started"
              x={scale.x(index) + 1}
              width={Math.max(1, scale.x(1) - scale.x(0) - 2)}
              y={scale.y(started / most)}
              height={scale.y(0) - scale.y(started / most)}
            />
          ))}
          <polyline class="line tone-completed" stroke="currentColor" points={line(scale, ({ ended }) => ended)} />
          <polyline
            class="line tone-failed"
            stroke="currentColor"
            stroke-dasharray="4 3"
            points={line(scale, ({ failed }) => failed)}
          />
        </>
      )}
    />
  );
}
