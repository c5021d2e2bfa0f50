import { LimitExceededError, UnserializableValueError } from "../errors/index.ts";
import { isStackOverflow, maxDepth, tagValue } from "./tag-value.ts";
import { isJsonNumber, isReserved } from "./tags.ts";

export interface EncodeOptions {
  /** What the value is to the caller, such as `input`; paths in errors start with it. */
  readonly path: string;
  /** Longest stored text, in bytes of UTF-8. */
  readonly maxBytes: number;
}

/**
 * The text in which a value is stored. Plain JSON is stored exactly as `JSON.stringify` writes it. Also stored, and
 * brought back by `decodeValue`: undefined, NaN, the infinities, -0, BigInt, Date, Map, Set, RegExp, URL, ArrayBuffer,
 * DataView, every typed array, and Error as its class when it is JavaScript's or Perdure's, else as an Error of that
 * name. What is not kept: a Buffer comes back as a Uint8Array, a hole in an array as undefined, an object without a
 * prototype as one with it, and an object reached in two ways as two objects.
 *
 * @throws UnserializableValueError for functions, symbols, promises, cycles and class instances, naming the part.
 * @throws LimitExceededError `payloadBytes`
 */
export function encodeValue(value: unknown, options: EncodeOptions): string {
  const text = stringifyPlain(value, options) ?? stringifyTagged(value, options);
  // Every char is 1 to 3 bytes, so most texts need no count.
  if (text.length * 3 > options.maxBytes) {
    const bytes = Buffer.byteLength(text);
    if (bytes > options.maxBytes) throw tooLarge(`${bytes}`, options);
  }
  return text;
}

function stringifyPlain(value: unknown, options: EncodeOptions): string | undefined {
  const budget = charBudget(options);
  let left: number;
  try {
    left = charsLeft(value, budget, 0);
    if (left >= 0) return JSON.stringify(value);
  } catch {
    return undefined; // Reading it threw. The other walk reads it again, and says where.
  }
  if (left < 0) throw tooLarge(`more than ${budget}`, options);
  return undefined;
}

function stringifyTagged(value: unknown, options: EncodeOptions): string {
  const { path } = options;
  const budget = charBudget(options);
  try {
    return JSON.stringify(tagValue(value, { path, maxChars: budget }));
  } catch (error) {
    if (error instanceof UnserializableValueError) throw error;
    if (isStackOverflow(error)) {
      const problem = `${path} is nested too deeply for the stack that its caller left. Use a flat array instead.`;
      throw new UnserializableValueError(problem, path, { cause: error });
    }
    // The walk gave up, or the text would be longer than a string can be.
    throw tooLarge(`more than ${budget}`, options);
  }
}

// Twice the limit, so that a text somewhat too long is still written and the error can name its size. The walks stop
// where even the shortest text would be longer: a small object can have 2^n paths to its parts, each written out.
const charBudget = (options: EncodeOptions) => options.maxBytes * 2;

/** What the shortest possible text of the value leaves of the budget; NaN when the value is not plain JSON. */
function charsLeft(value: unknown, budget: number, depth: number): number {
  switch (typeof value) {
    case "string":
      return budget - value.length - 2;
    case "number":
      return isJsonNumber(value) ? budget - 1 : Number.NaN;
    case "boolean":
      return budget - 4;
    case "object":
      if (value === null) return budget - 4;
      if (depth === maxDepth) return Number.NaN;
      return Array.isArray(value) ? arrayCharsLeft(value, budget, depth) : objectCharsLeft(value, budget, depth);
    case "undefined":
    case "bigint":
    case "function":
    case "symbol":
      return Number.NaN;
  }
}

function arrayCharsLeft(array: readonly unknown[], budget: number, depth: number): number {
  if (Object.getPrototypeOf(array) !== Array.prototype) return Number.NaN;
  let left = budget - 1;
  for (let index = 0; index < array.length && left >= 0; index++) left = charsLeft(array[index], left - 1, depth + 1);
  return left;
}

function objectCharsLeft(object: object, budget: number, depth: number): number {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) return Number.NaN;
  if (Object.getOwnPropertySymbols(object).length > 0) return Number.NaN;
  let left = budget - 1;
  // `for in` takes no copy of the keys. What it also finds, were Object.prototype tampered with, is counted in vain.
  for (const key in object) {
    if (isReserved(key)) return Number.NaN;
    left = charsLeft((object as Record<string, unknown>)[key], left - key.length - 4, depth + 1);
    if (!(left >= 0)) break;
  }
  return left;
}

function tooLarge(bytes: string, { path, maxBytes }: EncodeOptions): LimitExceededError {
  return new LimitExceededError(
    `${path} takes ${bytes} bytes as stored text, and the limit is ${maxBytes} bytes. ` +
      `Keep large data elsewhere and pass a reference to it, or raise limits.payloadBytes.`,
    "payloadBytes",
  );
}
