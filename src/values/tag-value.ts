import { types } from "node:util";
import { LimitExceededError, UnserializableValueError } from "../errors/index.ts";
import { setOwn } from "./set-own.ts";
import { isJsonNumber, isReserved, leafTagNameOf, leafTags, prototypesOf, reservedKey } from "./tags.ts";
import { formatPath, type PathStep } from "./value-path.ts";

/** Values nested deeper than this are not stored: what nests that deep is a list in disguise, or a cycle. */
export const maxDepth = 1_000;

export interface TagValueOptions {
  /** What the value is to the caller, such as `input`. */
  readonly path: string;
  /** Give up once the text is certain to be longer than this. */
  readonly maxChars: number;
}

/**
 * A copy of the value that `JSON.stringify` writes as its stored text. Reads every property exactly once.
 *
 * @throws UnserializableValueError, naming the part that cannot be stored.
 */
export function tagValue(value: unknown, options: TagValueOptions): unknown {
  const walk: Walk = { root: options.path, steps: [], ancestors: new Map(), charsLeft: options.maxChars };
  try {
    return visit(value, walk);
  } catch (error) {
    if (error instanceof UnserializableValueError || error instanceof LimitExceededError) throw error;
    if (isStackOverflow(error)) throw error;
    // Only user code is left: an accessor or a proxy.
    throw unserializable(walk, "threw when it was read, so it cannot be stored. Pass plain data instead.", error);
  }
}

/** Not the value's own depth, which is limited, but that of the calls that led here. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes("call stack");
}

interface Walk {
  readonly root: string;
  /** Where the walk is now; after a throw, where it was. */
  readonly steps: PathStep[];
  /** The objects on the way here, each with the number of steps that lead to it. */
  readonly ancestors: Map<object, number>;
  charsLeft: number;
}

function visit(value: unknown, walk: Walk): unknown {
  spend(walk, 2);
  switch (typeof value) {
    case "string":
      spend(walk, value.length);
      return value;
    case "boolean":
      return value;
    case "number":
      return isJsonNumber(value) ? value : tagLeaf("number", value, walk);
    case "undefined":
      return tagLeaf("undefined", value, walk);
    case "bigint":
      return tagLeaf("BigInt", value, walk);
    case "object":
      return value === null ? null : visitObject(value, walk);
    case "function":
      throw unserializable(walk, "is a function, which cannot be stored. Leave it out; pass data only.");
    case "symbol":
      throw unserializable(walk, "is a symbol, which cannot be stored. Pass a string instead.");
  }
}

function visitObject(value: object, walk: Walk): unknown {
  enter(value, walk);
  const result = visitParts(value, walk);
  walk.ancestors.delete(value);
  return result;
}

function visitParts(value: object, walk: Walk): unknown {
  if (isPlainObject(value)) return visitProperties(value, walk);
  if (isPlainArray(value)) return visitArray(value, walk);
  if (types.isMap(value) && prototypesOf(value) === 2) return { [reservedKey]: "Map", value: visitMap(value, walk) };
  if (types.isSet(value) && prototypesOf(value) === 2) return { [reservedKey]: "Set", value: visitSet(value, walk) };
  const leaf = leafTagNameOf(value);
  if (leaf === undefined) throw unserializable(walk, whyNot(value));
  // Bytes are counted before they become a string, which there may be no room for.
  if (ArrayBuffer.isView(value) || types.isArrayBuffer(value)) spend(walk, value.byteLength);
  return tagLeaf(leaf, value, walk);
}

function visitArray(array: readonly unknown[], walk: Walk): unknown[] {
  const copy: unknown[] = [];
  // By index, not `map`: a hole is stored like the `undefined` that reading it gives.
  for (let index = 0; index < array.length; index++) copy.push(visitPart(array[index], index, walk));
  return copy;
}

function visitProperties(object: object, walk: Walk): unknown {
  const copy: Record<string, unknown> = {};
  let mustWrap = false;
  for (const key of Object.keys(object)) {
    spend(walk, key.length + 3);
    setOwn(copy, key, visitPart((object as Record<string, unknown>)[key], key, walk));
    mustWrap ||= isReserved(key);
  }
  for (const symbol of Object.getOwnPropertySymbols(object)) {
    if (!Object.prototype.propertyIsEnumerable.call(object, symbol)) continue;
    throw unserializable(walk, `has the symbol ${String(symbol)} as a key, which cannot be stored. Use a string key.`);
  }
  return mustWrap ? { [reservedKey]: "Object", value: copy } : copy;
}

function visitMap(map: ReadonlyMap<unknown, unknown>, walk: Walk): unknown[] {
  const entries: unknown[] = [];
  for (const [key, value] of Map.prototype.entries.call(map) as Iterable<[unknown, unknown]>) {
    const step = { mapKey: key };
    entries.push([visitPart(key, step, walk), visitPart(value, step, walk)]);
  }
  return entries;
}

function visitSet(set: ReadonlySet<unknown>, walk: Walk): unknown[] {
  const members: unknown[] = [];
  for (const member of Set.prototype.values.call(set) as Iterable<unknown>) {
    members.push(visitPart(member, { setIndex: members.length }, walk));
  }
  return members;
}

function visitPart(part: unknown, step: PathStep, walk: Walk): unknown {
  walk.steps.push(step);
  const result = visit(part, walk);
  walk.steps.pop();
  return result;
}

function enter(value: object, walk: Walk): void {
  const seenAt = walk.ancestors.get(value);
  if (seenAt !== undefined) {
    const where = formatPath(walk.root, walk.steps.slice(0, seenAt));
    throw unserializable(walk, `is ${where} again. A cycle cannot be stored; refer to it by an id instead.`);
  }
  if (walk.ancestors.size >= maxDepth) {
    throw unserializable(walk, `is nested more than ${maxDepth} levels deep. Use a flat array instead.`);
  }
  walk.ancestors.set(value, walk.steps.length);
}

// Counts what the shortest possible text takes: two chars for a value and its comma or bracket, and what is known
// better.
function spend(walk: Walk, chars: number): void {
  walk.charsLeft -= chars;
  if (walk.charsLeft < 0) throw new LimitExceededError(`${walk.root} is too large to be stored.`, "payloadBytes");
}

function tagLeaf(name: string, value: unknown, walk: Walk): unknown {
  spend(walk, reservedKey.length + name.length);
  const json = leafTags.get(name)?.toJson(value as never);
  if (typeof json === "string") spend(walk, json.length);
  return { [reservedKey]: name, value: json };
}

function isPlainArray(value: object): value is unknown[] {
  // Array.prototype is itself an array, in every realm; the prototype of a subclass is not.
  return Array.isArray(value) && Array.isArray(Object.getPrototypeOf(value));
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype) return true;
  // Object.prototype of another realm.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf");
}

function whyNot(value: object): string {
  if (types.isPromise(value)) return "is a promise, which cannot be stored. Await it, and pass its result.";
  const { constructor, toJSON } = value as { constructor?: unknown; toJSON?: unknown };
  const name = typeof constructor === "function" && constructor.name !== "" ? constructor.name : "a class";
  const fix = typeof toJSON === "function" ? "Pass what its toJSON() returns." : "Pass plain data instead.";
  return `is an instance of ${name}, which would come back without its class. ${fix}`;
}

function unserializable(walk: Walk, problem: string, cause?: unknown): UnserializableValueError {
  const path = formatPath(walk.root, walk.steps);
  return new UnserializableValueError(`${path} ${problem}`, path, { cause });
}
