const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** Such as `3d 4h`, `12m 5s`, `1.24 s`, `87 ms`: the two units that matter. */
export function durationText(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 1_000) return `${Math.round(span)} ms`;
  if (span < 60_000) return `${(span / 1_000).toFixed(span < 10_000 ? 2 : 1)} s`;
  return inUnits(span);
}

/** In whole seconds, so that a text that counts up does not flicker. */
export function roughDurationText(ms: number): string {
  return ms < 1_000 ? "0s" : inUnits(ms);
}

function inUnits(ms: number): string {
  const index = units.findIndex(([, size]) => ms >= size);
  const [unit, size] = units[index] ?? ["s", 1_000];
  const next = units[index + 1];
  const rest = next === undefined ? 0 : Math.floor((ms % size) / next[1]);
  return `${Math.floor(ms / size)}${unit}${rest === 0 || next === undefined ? "" : ` ${rest}${next[0]}`}`;
}
