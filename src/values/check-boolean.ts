import { InvalidArgumentError } from "../errors/index.ts";
import { describeArgument } from "./describe-argument.ts";

/** @throws InvalidArgumentError */
export function checkBoolean(value: unknown, what: string): asserts value is boolean {
  if (typeof value === "boolean") return;
  throw new InvalidArgumentError(`${what} must be true or false, or left out, not ${describeArgument(value)}.`);
}
