import { inspect } from "node:util";
import { decodeMessage } from "../../history/index.ts";
import type { StoredText } from "../../providers/contract.ts";
import { decodeValue } from "../../values/index.ts";

/** A value as people write it, on one line, and not longer than it takes to tell it from others. */
export function valueText(value: unknown, longest = 60): string {
  const text = inspect(value, { depth: 6, breakLength: Infinity });
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

/** What was given to something, from its stored text; nothing if nothing was. */
export function inputText(payload: string | null, word = " with "): string {
  const value = payload === null ? undefined : decodeValue(payload);
  return value === undefined ? "" : `${word}${valueText(value)}`;
}

/** What an activity came to. */
export function completionText(completion: StoredText): string {
  const message = decodeMessage(completion);
  if (message.kind === "ActivityFailed")
    return `fails: ${message.failure.name}: ${message.failure.message.split("\n")[0]}`;
  return completion.payload === '{"$perdure":"undefined"}' ? "completes" : `gives${inputText(completion.payload, " ")}`;
}

/** The same, as a value that can be shown and compared. */
export function completionValue(completion: StoredText): unknown {
  const message = decodeMessage(completion);
  if (message.kind !== "ActivityFailed") return decodeValue(completion.payload ?? "null");
  const { name, message: text, code } = message.failure;
  return { name, message: text, ...(code !== undefined && { code }) };
}
