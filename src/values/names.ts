import { InvalidArgumentError, LimitExceededError } from "../errors/index.ts";
import { describeArgument } from "./describe-argument.ts";

// In bytes of UTF-8, which is what a database index counts.
const maxNameBytes = 255;

/**
 * Checks the name of an orchestration, activity, event, mailbox or queue: not empty, at most 255 bytes, no control
 * characters, no white space at its ends, and no `@` or `/`, which separate a name from what surrounds it.
 *
 * @param what names the argument in the error, as in `activity name`.
 * @throws InvalidArgumentError, or LimitExceededError `nameBytes`
 */
export function checkName(name: unknown, what: string): asserts name is string {
  checkText(name, what, "nameBytes");
  if (name.trim() !== name) {
    throw new InvalidArgumentError(`${what} ${describeArgument(name)} starts or ends with white space. Remove it.`);
  }
  if (/[@/]/.test(name)) {
    throw new InvalidArgumentError(
      `${what} ${describeArgument(name)} contains "@" or "/". Use ":", "." or "-" instead.`,
    );
  }
}

/**
 * Checks an instance id: not empty, at most 255 bytes, no control characters.
 *
 * @param what names the argument in the error, as in `instanceId`.
 * @throws InvalidArgumentError, or LimitExceededError `idBytes`
 */
export function checkInstanceId(id: unknown, what: string): asserts id is string {
  checkText(id, what, "idBytes");
}

function checkText(text: unknown, what: string, limit: "nameBytes" | "idBytes"): asserts text is string {
  if (typeof text !== "string") {
    throw new InvalidArgumentError(`${what} is ${describeArgument(text)}. Give a string.`);
  }
  if (text === "") throw new InvalidArgumentError(`${what} is empty. Give at least one character.`);
  if (bytesOf(text) > maxNameBytes) {
    throw new LimitExceededError(
      `${what} ${describeArgument(text)} takes ${bytesOf(text)} bytes, and the limit is ${maxNameBytes}. ` +
        `Use a shorter one, such as a hash of it.`,
      limit,
    );
  }
  if (/\p{Cc}/u.test(text)) {
    throw new InvalidArgumentError(`${what} ${describeArgument(text)} contains a control character. Remove it.`);
  }
  if (!text.isWellFormed()) {
    throw new InvalidArgumentError(
      `${what} ${describeArgument(text)} contains half of a surrogate pair. Cut text between characters.`,
    );
  }
}

// Every char is 1 to 3 bytes, so most texts need no count.
const bytesOf = (text: string) => (text.length * 3 <= maxNameBytes ? text.length : Buffer.byteLength(text));
