/** How long something took, or is ago, in its two largest units: `3d 4h`, `12m 5s`, `250ms`. */
export function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  const index = units.findIndex(([, length]) => ms >= length);
  const [unit, length] = units[index] ?? ["s", 1_000];
  const rest = units[index + 1];
  const whole = `${Math.floor(ms / length)}${unit}`;
  if (rest === undefined) return whole;
  const [smaller, smallerLength] = rest;
  const left = Math.floor((ms % length) / smallerLength);
  return left === 0 ? whole : `${whole} ${left}${smaller}`;
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** `5m ago`, or `in 5m`. */
export function agoText(at: string, now: string): string {
  const ms = Date.parse(now) - Date.parse(at);
  return ms < 0 ? `in ${spanText(-ms)}` : `${spanText(ms)} ago`;
}

/** `1 message`, `2 messages`. */
export const countText = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
