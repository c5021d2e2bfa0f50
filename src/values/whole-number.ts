import { InvalidArgumentError } from "../errors/index.ts";

/** The number, if it is a whole one from 1, and not above `atMost`. Throws `InvalidArgumentError`. */
export function wholeNumber(value: number, what: string, atMost?: number): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= (atMost ?? value)) return value;
  const upTo = atMost === undefined ? "" : ` to ${atMost}`;
  throw new InvalidArgumentError(`${what} must be a whole number from 1${upTo}, not ${String(value)}.`);
}
