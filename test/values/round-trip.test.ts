import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeValue, encodeValue } from "../../src/values/index.ts";

// Any UTF-16 code units, lone surrogates and NUL included.
const text = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
const key = fc.oneof(
  fc.string(),
  text,
  fc.constantFrom("__proto__", "constructor", "toString", "value", "length", "0", "$perdure", "$perdureX", "$"),
);
const tagName = fc.constantFrom("Date", "Map", "Set", "Object", "undefined", "number", "BigInt", "Error", "Uint8Array");

const { value } = fc.letrec((tie) => {
  const part = tie("value");
  return {
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.anything({ withBigInt: true, withDate: true, withTypedArray: true, withMap: true, withSet: true, key }),
      text,
      fc.constantFrom(undefined, null, Number.NaN, -0, Number.NEGATIVE_INFINITY, new Date(Number.NaN), /a"\/b/gi),
      fc.webUrl().map((url) => new URL(url)),
      fc.array(part, { maxLength: 4 }),
      fc.dictionary(key, part, { maxKeys: 4, noNullPrototype: true }),
      fc.array(fc.tuple(part, part), { maxLength: 4 }).map((entries) => new Map(entries)),
      fc.array(part, { maxLength: 4 }).map((members) => new Set(members)),
      fc.record(
        { $perdure: fc.oneof(tagName, part), value: part },
        { requiredKeys: ["$perdure"], noNullPrototype: true },
      ),
    ),
  };
});

test("any value comes back as it was", () => {
  fc.assert(
    fc.property(value, (original) => {
      assert.deepStrictEqual(decodeValue(encode(original)), original);
    }),
    { numRuns: 2_000 },
  );
});

test("storing what came back gives the same text", () => {
  fc.assert(
    fc.property(value, (original) => {
      const stored = encode(original);
      assert.equal(encode(decodeValue(stored)), stored);
    }),
    { numRuns: 1_000 },
  );
});

test("any plain JSON value is stored as JSON.stringify writes it", () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      // Through the text once, for JSON can be written with a -0 that JSON.stringify does not write back.
      const original: unknown = JSON.parse(JSON.stringify(JSON.parse(json)));
      assert.equal(encode(original), JSON.stringify(original));
      assert.deepStrictEqual(decodeValue(encode(original)), original);
    }),
    { numRuns: 2_000 },
  );
});

test("any text decodes to a value or to a CorruptPayloadError", () => {
  const almost = fc
    .tuple(value, fc.nat(), fc.nat({ max: 3 }), fc.string({ maxLength: 3 }))
    .map(([original, at, length, insert]) => {
      const stored = encode(original);
      const from = at % (stored.length + 1);
      return stored.slice(0, from) + insert + stored.slice(from + length);
    });
  fc.assert(
    fc.property(fc.oneof(almost, fc.string(), fc.json()), (stored) => {
      try {
        decodeValue(stored);
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, "CORRUPT_PAYLOAD");
      }
    }),
    { numRuns: 3_000 },
  );
});

function encode(original: unknown): string {
  return encodeValue(original, { path: "input", maxBytes: 10_000_000 });
}
