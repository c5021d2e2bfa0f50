import type { ComponentChildren } from "preact";
import { clockText } from "../show/time.tsx";
import type { Bucket } from "./buckets.ts";
import { type PlotScale, usePlotScale } from "./plot-scale.ts";

interface PlotProps {
  readonly label: string;
  readonly buckets: readonly Bucket[];
  /** Lines across, with what they stand for. */
  readonly rulers: readonly { readonly share: number; readonly label: string }[];
  /** What a bucket says when it is pointed at. */
  readonly tell: (bucket: Bucket) => string;
  readonly legend: ComponentChildren;
  /** What is drawn, given where. */
  readonly draw: (scale: PlotScale) => ComponentChildren;
}

/** The frame of a plot over time, with its values also as a table. */
export function Plot({ label, buckets, rulers, tell, legend, draw }: PlotProps) {
  const { ref, scale } = usePlotScale(buckets.length);
  const { width, height, left, right, top, bottom, x, y } = scale;
  // As many as have room beside each other.
  const labelEvery = width < 600 ? 16 : 8;
  const busy = buckets.filter(({ started, ended }) => started + ended > 0);
  return (
    <figure class="plot stack tight" ref={ref}>
      <figcaption class="legend">{legend}</figcaption>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        {rulers.map(({ share, label: text }) => (
          <g key={text}>
            <line class="grid" x1={left} x2={width - right} y1={y(share)} y2={y(share)} />
            <text x={left - 8} y={y(share) + 4} text-anchor="end">
              {text}
            </text>
          </g>
        ))}
        {buckets.map(({ from }, index) =>
          index % labelEvery === 0 ? (
            <text key={from} x={x(index)} y={height - 6}>
              {clockText(from).slice(0, 5)}
            </text>
          ) : null,
        )}
        {draw(scale)}
        {buckets.map((bucket, index) => (
          <rect key={bucket.from} class="hover" x={x(index)} width={x(1) - x(0)} y={top} height={height - top - bottom}>
            <title>{`${clockText(bucket.from).slice(0, 8)}\n${tell(bucket)}`}</title>
          </rect>
        ))}
      </svg>
      <details>
        <summary>As a table</summary>
        <div class="scroll short" tabIndex={0} role="region" aria-label={`${label}, as a table`}>
          <table class="dense">
            <tbody>
              {busy.map((bucket) => (
                <tr key={bucket.from}>
                  <th scope="row">{clockText(bucket.from).slice(0, 8)}</th>
                  <td>{tell(bucket)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

/** A round number that is not smaller. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return ([1, 2, 4, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}
