import type { ComponentChildren } from "preact";
import { clockText } from "../show/time.tsx";
import type { Bucket } from "./buckets.ts";

const plot = { width: 960, height: 210, left: 56, right: 8, top: 10, bottom: 24 };

const innerWidth = plot.width - plot.left - plot.right;
const innerHeight = plot.height - plot.top - plot.bottom;

export const xOf = (index: number, count: number): number => plot.left + (index / count) * innerWidth;
export const yOf = (share: number): number => plot.top + (1 - share) * innerHeight;

interface PlotProps {
  readonly label: string;
  readonly buckets: readonly Bucket[];
  /** Lines across, with what they stand for. */
  readonly rulers: readonly { readonly share: number; readonly label: string }[];
  /** What a bucket says when it is pointed at. */
  readonly tell: (bucket: Bucket) => string;
  readonly legend: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The frame of a plot over time, with its values also as a table. */
export function Plot({ label, buckets, rulers, tell, legend, children }: PlotProps) {
  const count = buckets.length;
  const busy = buckets.filter(({ started, ended }) => started + ended > 0);
  return (
    <figure class="plot stack tight">
      <figcaption class="legend">{legend}</figcaption>
      <svg viewBox={`0 0 ${plot.width} ${plot.height}`} role="img" aria-label={label}>
        {rulers.map(({ share, label: text }) => (
          <g key={text}>
            <line class="grid" x1={plot.left} x2={plot.width - plot.right} y1={yOf(share)} y2={yOf(share)} />
            <text x={plot.left - 8} y={yOf(share) + 4} text-anchor="end">
              {text}
            </text>
          </g>
        ))}
        {buckets.map(({ from }, index) =>
          index % 8 === 0 ? (
            <text key={from} x={xOf(index, count)} y={plot.height - 6}>
              {clockText(from).slice(0, 5)}
            </text>
          ) : null,
        )}
        {children}
        {buckets.map((bucket, index) => (
          <rect
            key={bucket.from}
            class="hover"
            x={xOf(index, count)}
            width={innerWidth / count}
            y={plot.top}
            height={innerHeight}
          >
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
