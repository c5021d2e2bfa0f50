import { durationText } from "../show/duration-text.ts";
import type { Bucket } from "./buckets.ts";
import { Plot } from "./plot.tsx";
import type { PlotScale } from "./plot-scale.ts";

/** On a logarithmic scale: what matters is whether it is ten times as slow. */
export function LatencyPlot({ buckets }: { readonly buckets: readonly Bucket[] }) {
  const logs = buckets.flatMap(({ p50, p95 }) => (p50 === null || p95 === null ? [] : [log(p50), log(p95)]));
  const low = Math.floor(Math.min(...logs, 3));
  const high = Math.max(low + 1, Math.ceil(Math.max(...logs, 0)));
  const share = (ms: number) => (log(ms) - low) / (high - low);
  const points = ({ x, y }: PlotScale, of: (bucket: Bucket) => number | null) =>
    buckets.flatMap((bucket, index) => {
      const ms = of(bucket);
      return ms === null ? [] : [{ x: x(index + 0.5), y: y(share(ms)) }];
    });
  const line = (scale: PlotScale, of: (bucket: Bucket) => number | null) =>
    points(scale, of)
      .map(({ x, y }) => `${x},${y}`)
      .join(" ");
  return (
    <Plot
      label="Latency over time, in half and in 95 % of all that ended"
      buckets={buckets}
      rulers={Array.from({ length: high - low + 1 }, (_, index) => ({
        share: index / (high - low),
        label: durationText(10 ** (low + index)).replace(/\.0+ s/, " s"),
      }))}
      tell={({ p50, p95 }) =>
        p50 === null || p95 === null
          ? "nothing ended"
          : `half within ${durationText(p50)}, 95 % within ${durationText(p95)}`
      }
      legend={
        <>
          <span class="tone-running">
            <i />
            <span class="muted">half took at most</span>
          </span>
          <span class="tone-terminated">
            <i class="dashed" />
            <span class="muted">95 % took at most</span>
          </span>
        </>
      }
      draw={(scale) => (
        <>
          <polyline
            class="line tone-terminated"
            stroke="currentColor"
            stroke-dasharray="5 3"
            points={line(scale, ({ p95 }) => p95)}
          />
          <polyline class="line tone-running" stroke="currentColor" points={line(scale, ({ p50 }) => p50)} />
          {points(scale, ({ p50 }) => p50).map(({ x, y }) => (
            <circle key={x} class="tone-running" cx={x} cy={y} r="2.5" fill="currentColor" />
          ))}
        </>
      )}
    />
  );
}

const log = (ms: number) => Math.log10(Math.max(1, ms));
