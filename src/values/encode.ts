import { LimitExceededError } from "../errors/index.ts";
import { maxDepth, tagValue } from "./tag-value.ts";
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
  try {
    return charsLeft(value, charBudget(options), 0) < 0 ? undefined : JSON.stringify(value);
  } catch {
    return undefined; // Reading it threw. The other walk reads it again, and says where.
  }
}

function stringifyTagged(value: unknown, options: EncodeOptions): string {
  const maxChars = charBudget(options);
  try {
    return JSON.stringify(tagValue(value, { path: options.path, maxChars }));
  } catch (error) {
    if (error instanceof LimitExceededError || error instanceof RangeError) {
      throw tooLarge(`more than ${maxChars}`, options);
    }
    throw error;
  }
}

/**
 * What is left of the budget after the least number of chars that the value's text can have; negative when there is
 * nothing left, or when the value is not plain JSON. Bounds the work as well: see `spend` in tag-value.ts.
 */
function charsLeft(value: unknown, budget: number, depth: number): number {
  switch (typeof value) {
    case "string":
      return budget - value.length - 1;
    case "number":
      return isJsonNumber(value) ? budget - 1 : -1;
    case "boolean":
      return budget - 1;
    case "object":
      if (value === null) return budget - 1;
      if (depth === maxDepth) return -1;
      return Array.isArray(value) ? arrayCharsLeft(value, budget, depth) : objectCharsLeft(value, budget, depth);
    case "undefined":
    case "bigint":
    case "function":
    case "symbol":
      return -1;
  }
}

function arrayCharsLeft(array: readonly unknown[], budget: number, depth: number): number {
  if (Object.getPrototypeOf(array) !== Array.prototype) return -1;
  let left = budget - 1;
  for (let index = 0; index < array.length && left >= 0; index++) left = charsLeft(array[index], left, depth + 1);
  return left;
}

function objectCharsLeft(object: object, budget: number, depth: number): number {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) return -1;
  if (Object.getOwnPropertySymbols(object).length > 0) return -1;
  let left = budget - 1;
  for (const key of Object.keys(object)) {
    if (isReserved(key)) return -1;
    left = charsLeft((object as Record<string, unknown>)[key], left - key.length, depth + 1);
    if (left < 0) return left;
  }
  return left;
}

// Enough above the limit that a text somewhat too long is still written, so that the error can name its size.
const charBudget = (options: EncodeOptions) => options.maxBytes * 4;

function tooLarge(bytes: string, { path, maxBytes }: EncodeOptions): LimitExceededError {
  return new LimitExceededError(
    `${path} takes ${bytes} bytes as stored text, and the limit is ${maxBytes} bytes. ` +
      `Keep large data elsewhere and pass a reference to it, or raise limits.payloadBytes.`,
    "payloadBytes",
  );
}
