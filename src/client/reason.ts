import { InvalidArgumentError, LimitExceededError } from "../errors/index.ts";

/** The field that carries a reason, if one is given. A reason is for people, and becomes part of an error. */
export function reasonField(reason: unknown): { readonly reason?: string } {
  if (reason === undefined) return {};
  if (typeof reason !== "string") {
    throw new InvalidArgumentError(`reason is of type ${typeof reason}. Give a text for people to read, or nothing.`);
  }
  if (reason.length > maxReasonChars) {
    throw new LimitExceededError(
      `reason has ${reason.length} characters, and the limit is ${maxReasonChars}. Keep details elsewhere.`,
      "reasonChars",
    );
  }
  return { reason };
}

const maxReasonChars = 2_000;
