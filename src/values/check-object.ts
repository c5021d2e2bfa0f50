import { InvalidArgumentError } from "../errors/index.ts";
import { describeArgument } from "./describe-argument.ts";

/**
 * Checks an argument that is to have named properties.
 *
 * @throws InvalidArgumentError
 */
export function checkObject(value: unknown, what: string): void {
  if (typeof value === "object" && value !== null) return;
  throw new InvalidArgumentError(`${what} is ${describeArgument(value)}. Give an object, or leave it out.`);
}
