import { InvalidArgumentError } from "../errors/index.ts";

const maxLimit = 1_000;

/** How much of something an answer may have. */
export function checkLimit(limit: number): number {
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= maxLimit) return limit;
  throw new InvalidArgumentError(`limit must be a whole number from 1 to ${maxLimit}, not ${String(limit)}.`);
}
