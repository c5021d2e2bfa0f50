import { types } from "node:util";
import { InvalidArgumentError } from "../errors/index.ts";

/**
 * Checks the function of a definition. A generator would give an iterator instead of running.
 *
 * @throws InvalidArgumentError
 */
export function checkFunction(run: unknown, what: string): void {
  if (typeof run !== "function") throw new InvalidArgumentError(`${what} needs a function as its last argument.`);
  if (types.isGeneratorFunction(run)) {
    throw new InvalidArgumentError(`${what} is given a generator function. Give an async function or a plain one.`);
  }
}
