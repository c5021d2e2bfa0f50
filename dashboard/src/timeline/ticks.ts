import { durationText } from "../show/duration-text.ts";
import { clockText } from "../show/time.tsx";
import type { Span } from "./span.ts";

const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000,
  3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000, 604_800_000, 2_592_000_000,
];

interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Some five round distances from the start. */
export function ticksOf(span: Span, origin: number): readonly Tick[] {
  const wanted = (span.to - span.from) / 5;
  const step = steps.find((candidate) => candidate >= wanted) ?? wanted;
  const first = Math.ceil((span.from - origin) / step);
  const count = Math.max(0, Math.min(20, Math.floor((span.to - origin) / step) - first + 1));
  return Array.from({ length: count }, (_, index) => {
    const distance = (first + index) * step;
    const label =
      distance === 0 ? clockText(origin).slice(0, 8) : `${distance < 0 ? "−" : "+"}${tidy(Math.abs(distance))}`;
    return { at: origin + distance, label };
  });
}

const tidy = (ms: number) => durationText(ms).replace(/\.?0+ s$/, " s");
