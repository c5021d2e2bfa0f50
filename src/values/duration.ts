import { InvalidArgumentError } from "../errors/index.ts";
import { describeArgument } from "./describe-argument.ts";

/** Milliseconds, or a decimal number with a unit: `"150ms"`, `"30s"`, `"5m"`, `"1.5h"`, `"7d"`. At most 100 years. */
export type Duration = number | `${number}${DurationUnit}`;

type DurationUnit = "ms" | "s" | "m" | "h" | "d";

/**
 * A duration in whole milliseconds; a fraction of one is rounded up, so that nothing is ever early.
 *
 * @param what names the argument in the error, as in `timeout`.
 * @throws InvalidArgumentError
 */
export function parseDuration(value: Duration, what: string): number {
  const ms = typeof value === "number" ? value : millisecondsOf(value);
  // The negation also catches NaN.
  if (!(ms >= 0 && ms <= maxMs)) throw invalid(value, what);
  // 1.1 hours are 3960000.0000000005 ms in floating point, and must not become 3960001.
  return Math.ceil(Number(ms.toPrecision(15)));
}

const unitMs: Readonly<Record<DurationUnit, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const maxMs = 36_525 * unitMs.d;
const form = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

function millisecondsOf(value: unknown): number {
  const match = typeof value === "string" ? form.exec(value) : null;
  return match === null ? Number.NaN : Number(match[1]) * unitMs[match[2] as DurationUnit];
}

function invalid(value: unknown, what: string): InvalidArgumentError {
  return new InvalidArgumentError(
    `${what} is ${describeArgument(value)}, which is not a duration. Give milliseconds as a number, or a string such as ` +
      `"150ms", "30s", "5m", "1.5h" or "7d": not negative, and at most 100 years.`,
  );
}
