import { types } from "node:util";
import { InvalidArgumentError } from "../errors/index.ts";
import { describeArgument } from "./describe-argument.ts";

/**
 * A point in time in milliseconds since 1970, rounded up so that nothing is ever early.
 *
 * @param what names the argument in the error, as in `sleepUntil`.
 * @throws InvalidArgumentError
 */
export function parseInstant(at: Date | number, what: string): number {
  const ms = types.isDate(at) ? at.getTime() : at;
  if (typeof ms === "number" && Math.abs(ms) <= latestDate) return Math.ceil(ms);
  throw new InvalidArgumentError(
    `${what} got ${describeArgument(at)}. Give a valid Date, or milliseconds since 1970 as a number.`,
  );
}

const latestDate = 8_640_000_000_000_000;
