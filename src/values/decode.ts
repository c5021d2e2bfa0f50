import { CorruptPayloadError } from "../errors/index.ts";
import { setOwn } from "./set-own.ts";
import { leafTags, reservedKey } from "./tags.ts";

/**
 * The value that `encodeValue` stored as this text.
 *
 * @throws CorruptPayloadError when the text is not one that `encodeValue` writes.
 */
export function decodeValue(text: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new CorruptPayloadError("A stored payload is not JSON. The store's content has been damaged.", { cause });
  }
  if (!text.includes(endOfReservedKey)) return json;
  try {
    return revive(json);
  } catch (cause) {
    if (cause instanceof CorruptPayloadError) throw cause;
    throw new CorruptPayloadError("A stored payload cannot be decoded.", { cause });
  }
}

// Without the quote in front: text is searched fast for a rare first character, and slowly for a frequent one.
const endOfReservedKey = `${reservedKey}"`;

type JsonObject = Record<string, unknown>;

/** Works in place: nobody else has a reference to what was just parsed. */
function revive(json: unknown): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return reviveArray(json);
  const object = json as JsonObject;
  return Object.hasOwn(object, reservedKey) ? reviveTag(object) : reviveProperties(object);
}

function reviveArray(array: unknown[]): unknown[] {
  for (let index = 0; index < array.length; index++) array[index] = revive(array[index]);
  return array;
}

function reviveProperties(object: JsonObject): JsonObject {
  for (const key of Object.keys(object)) {
    const before = object[key];
    const value = revive(before);
    if (value !== before) setOwn(object, key, value);
  }
  return object;
}

function reviveTag(object: JsonObject): unknown {
  const name = object[reservedKey];
  const { value } = object;
  const fields = Object.keys(object).length;
  if (typeof name !== "string" || fields !== (Object.hasOwn(object, "value") ? 2 : 1)) throw malformed(name);
  switch (name) {
    case "Map":
      return new Map(listOf(value, name).map((entry) => reviveEntry(entry)));
    case "Set":
      return new Set(reviveArray(listOf(value, name)));
    case "Object":
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(name);
      return reviveProperties(value as JsonObject);
    default:
      return reviveLeaf(name, value);
  }
}

function reviveLeaf(name: string, json: unknown): unknown {
  const leaf = leafTags.get(name);
  if (leaf === undefined) {
    throw new CorruptPayloadError(
      `A stored payload has the unknown type ${JSON.stringify(name)}. A newer release may have written it.`,
    );
  }
  try {
    return leaf.fromJson(json);
  } catch (cause) {
    throw malformed(name, cause);
  }
}

function reviveEntry(entry: unknown): [unknown, unknown] {
  const pair = listOf(entry, "Map");
  if (pair.length !== 2) throw malformed("Map");
  return [revive(pair[0]), revive(pair[1])];
}

function listOf(json: unknown, name: string): unknown[] {
  if (!Array.isArray(json)) throw malformed(name);
  return json;
}

function malformed(name: unknown, cause?: unknown): CorruptPayloadError {
  return new CorruptPayloadError(`A stored payload has a malformed ${JSON.stringify(name)} in it.`, { cause });
}
