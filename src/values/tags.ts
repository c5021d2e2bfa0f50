import { types } from "node:util";
import { errorToFailure, failureToError, isFailure } from "../errors/index.ts";

/**
 * The key that marks an object in stored text as the form of something JSON cannot say:
 * `{"$perdure":"Date","value":"2026-03-01T12:00:00.000Z"}`. Every key that starts with it is reserved.
 */
export const reservedKey = "$perdure";

export function isReserved(key: string): boolean {
  return key.startsWith(reservedKey);
}

/** Numbers that JSON writes back as themselves: not NaN, an infinity, or -0. */
export function isJsonNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

/**
 * Both directions of one tag, for values that hold no other values. Map and Set hold others, and an object that owns a
 * reserved key is wrapped in the tag `Object`; those three are in the walks of tag-value.ts and decode.ts.
 */
interface LeafTag {
  readonly toJson: (value: never) => unknown;
  /** Throws when the JSON is not what `toJson` writes. */
  readonly fromJson: (json: unknown) => unknown;
}

/** The tag that stores this value, or undefined when it is none of them. Never the answer for plain JSON values. */
export function leafTagNameOf(value: unknown): string | undefined {
  if (value === undefined) return "undefined";
  if (typeof value === "number") return "number";
  if (typeof value === "bigint") return "BigInt";
  return typeof value === "object" && value !== null ? objectTagNameOf(value) : undefined;
}

const typedArrays = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float16Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

// Looked up by names that come out of stored text: a Map, so that "constructor" is not found.
export const leafTags: ReadonlyMap<string, LeafTag> = new Map([
  tag("undefined", () => undefined, undefinedFromJson),
  tag("number", numberToJson, numberFromJson),
  tag("BigInt", String, bigIntFromJson),
  tag("Date", dateToJson, dateFromJson),
  tag("RegExp", regExpToJson, regExpFromJson),
  tag("URL", String, urlFromJson),
  tag("Error", errorToFailure, errorFromJson),
  tag("ArrayBuffer", (buffer: ArrayBuffer) => viewToJson(new Uint8Array(buffer)), bufferFromJson),
  tag("DataView", viewToJson, (json) => new DataView(bufferFromJson(json))),
  ...typedArrays.map((type) => tag(type.name, viewToJson, (json) => new type(bufferFromJson(json)))),
]);

function tag(name: string, toJson: LeafTag["toJson"], fromJson: LeafTag["fromJson"]): [string, LeafTag] {
  return [name, { toJson, fromJson }];
}

// By internal slots, not `instanceof`: values made in another realm (as in a test runner that uses node:vm) count,
// and an object that merely inherits from a built-in prototype does not.
function objectTagNameOf(value: object): string | undefined {
  // Fake clocks subclass Date, so a subclass of it is a date; every other subclass is a class instance.
  if (types.isDate(value)) return "Date";
  if (Error.isError(value) || value instanceof Error) return "Error";
  if (types.isTypedArray(value)) {
    if (Buffer.isBuffer(value)) return "Uint8Array";
    return prototypesOf(value) === 3 ? value[Symbol.toStringTag] : undefined;
  }
  if (prototypesOf(value) !== 2) return undefined;
  if (types.isRegExp(value)) return "RegExp";
  if (types.isDataView(value)) return "DataView";
  if (types.isArrayBuffer(value)) return "ArrayBuffer";
  return value instanceof URL ? "URL" : undefined;
}

/**
 * Length of the prototype chain: 1 for `{}`, 2 for a built-in such as Map, more for an instance of a subclass of it.
 */
export function prototypesOf(value: object): number {
  let count = 0;
  for (let next: unknown = Object.getPrototypeOf(value); next !== null; next = Object.getPrototypeOf(next)) count++;
  return count;
}

function undefinedFromJson(json: unknown): undefined {
  expect(json === undefined);
}

const specialNumbers = new Map<unknown, number>([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

function numberToJson(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function numberFromJson(json: unknown): number {
  const number = specialNumbers.get(json);
  expect(number !== undefined);
  return number;
}

function bigIntFromJson(json: unknown): bigint {
  expect(typeof json === "string" && /^(?:0|-?[1-9]\d*)$/.test(json));
  return BigInt(json);
}

function dateToJson(date: Date): string | null {
  // Not the date's own methods: a subclass may have overridden them.
  return Number.isNaN(Date.prototype.getTime.call(date)) ? null : Date.prototype.toISOString.call(date);
}

function dateFromJson(json: unknown): Date {
  if (json === null) return new Date(Number.NaN);
  expect(typeof json === "string");
  const date = new Date(json);
  expect(date.toISOString() === json);
  return date;
}

function regExpToJson(regExp: RegExp): [source: string, flags: string] {
  return [regExp.source, regExp.flags];
}

function regExpFromJson(json: unknown): RegExp {
  expect(Array.isArray(json) && json.length === 2);
  const [source, flags] = json as unknown[];
  expect(typeof source === "string" && typeof flags === "string");
  return new RegExp(source, flags);
}

function urlFromJson(json: unknown): URL {
  expect(typeof json === "string");
  return new URL(json);
}

function errorFromJson(json: unknown): Error {
  expect(isFailure(json));
  return failureToError(json);
}

// The bytes as they are in memory, which is little-endian wherever Node is commonly run.
function viewToJson(view: ArrayBufferView): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("base64");
}

function bufferFromJson(json: unknown): ArrayBuffer {
  expect(typeof json === "string");
  const bytes = Buffer.from(json, "base64");
  // `Buffer.from` skips what is not base64; only the exact text of these bytes is intact.
  expect(bytes.toString("base64") === json);
  // A copy, for a small Buffer is a window on a shared pool.
  return new Uint8Array(bytes).buffer;
}

function expect(condition: boolean): asserts condition {
  if (!condition) throw new TypeError("It is not of the form in which this type is stored.");
}
