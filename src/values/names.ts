import { InvalidArgumentError, LimitExceededError } from "../errors/index.ts";
import { describeArgument } from "./describe-argument.ts";

/**
 * What `limits.nameBytes` and `limits.idBytes` are, and at most can be: in bytes of UTF-8, as database indexes count.
 */
export const textBytes = { byDefault: 255, atMost: 1_000 } as const;

/**
 * Checks the name of an orchestration, activity, event, mailbox or queue: not empty, not too long, no control
 * characters, no white space at its ends, and no `@` or `/`, which separate a name from what surrounds it.
 *
 * @param what names the argument in the error, as in `activity name`.
 * @param maxBytes left out where the limit of the runtime or client is not known.
 * @throws InvalidArgumentError, or LimitExceededError `nameBytes`
 */
export function checkName(name: unknown, what: string, maxBytes?: number): asserts name is string {
  checkText(name, what, { limit: "nameBytes", maxBytes });
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
 * Checks an instance id: not empty, not too long, no control characters.
 *
 * @param what names the argument in the error, as in `instanceId`.
 * @param maxBytes left out where an id is only looked for.
 * @throws InvalidArgumentError, or LimitExceededError `idBytes`
 */
export function checkInstanceId(id: unknown, what: string, maxBytes?: number): asserts id is string {
  checkText(id, what, { limit: "idBytes", maxBytes });
}

/** Checks only how long a name is that was checked before, where the limit was not known yet. */
export function checkNameBytes(name: string, what: string, maxBytes: number): void {
  checkBytes(name, what, { limit: "nameBytes", maxBytes });
}

interface TextLimit {
  readonly limit: "nameBytes" | "idBytes";
  readonly maxBytes: number | undefined;
}

function checkText(text: unknown, what: string, limit: TextLimit): asserts text is string {
  if (typeof text !== "string") {
    throw new InvalidArgumentError(`${what} is ${describeArgument(text)}. Give a string.`);
  }
  if (text === "") throw new InvalidArgumentError(`${what} is empty. Give at least one character.`);
  checkBytes(text, what, limit);
  if (/\p{Cc}/u.test(text)) {
    throw new InvalidArgumentError(`${what} ${describeArgument(text)} contains a control character. Remove it.`);
  }
  if (!text.isWellFormed()) {
    throw new InvalidArgumentError(
      `${what} ${describeArgument(text)} contains half of a surrogate pair. Cut text between characters.`,
    );
  }
}

function checkBytes(text: string, what: string, { limit, maxBytes = textBytes.atMost }: TextLimit): void {
  // Every char is 1 to 3 bytes, so most texts need no count.
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return;
  const remedy = maxBytes < textBytes.atMost ? `, or raise limits.${limit}` : "";
  throw new LimitExceededError(
    `${what} ${describeArgument(text)} takes ${Buffer.byteLength(text)} bytes, and the limit is ${maxBytes}. ` +
      `Use a shorter one, such as a hash of it${remedy}.`,
    limit,
  );
}
