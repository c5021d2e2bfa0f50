import { spanText } from "../../../src/inspection/index.ts";

/** Such as `3d 4h`, `12m 5s`, `1.24 s`, `87 ms`: the two units that matter. */
export function durationText(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 1_000) return `${Math.round(span)} ms`;
  if (span < 60_000) return `${(span / 1_000).toFixed(span < 10_000 ? 2 : 1)} s`;
  return spanText(span);
}

/** In whole seconds, so that a text that counts up does not flicker. */
export function roughDurationText(ms: number): string {
  return ms < 1_000 ? "0s" : spanText(ms);
}
