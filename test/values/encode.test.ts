import assert from "node:assert/strict";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { decodeValue, encodeValue } from "../../src/values/index.ts";

test("plain JSON is stored exactly as JSON.stringify writes it", () => {
  const values = [
    { id: "order-42", total: 12.5, items: [{ sku: "a", tags: ["x", null, true] }], nested: { "": {} } },
    "",
    "text",
    '"quoted"',
    "null",
    "123",
    0,
    -1.5,
    1e300,
    true,
    false,
    null,
    [],
    {},
    { "2": "b", "1": "a", $perdur: 1, perdure: 2 },
  ];
  for (const value of values) {
    const text = encode(value);
    assert.equal(text, JSON.stringify(value));
    assert.deepEqual(decodeValue(text), value);
  }
});

test("what JSON cannot say comes back as it was", () => {
  const date = new Date("2026-03-01T12:00:00.123Z");
  for (const value of [
    undefined,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -0,
    0n,
    -(10n ** 40n),
    date,
    new Date(Number.NaN),
    new Date(8.64e15),
    new Date(-8.64e15),
    /a\/b"/giu,
    /(?:)/,
    new URL("https://user@example.com:8080/a%20b?c=d#e"),
    new Map(),
    new Map<unknown, unknown>([[{ a: date }, new Map([[undefined, 1n]])]]),
    new Set(),
    new Set<unknown>([undefined, -0, "a", new Set([1])]),
    [undefined, { a: undefined, b: [undefined] }, null],
    { deep: [{ at: date, plain: { a: [1, 2] } }] },
  ]) {
    assertSame(decodeValue(encode(value)), value);
    assertSame(decodeValue(encode({ part: [value] })), { part: [value] });
  }
});

test("the stored form of a tagged value is this, for ever", () => {
  const forms: [unknown, string][] = [
    [undefined, '{"$perdure":"undefined"}'],
    [-0, '{"$perdure":"number","value":"-0"}'],
    [Number.NaN, '{"$perdure":"number","value":"NaN"}'],
    [Number.NEGATIVE_INFINITY, '{"$perdure":"number","value":"-Infinity"}'],
    [-12n, '{"$perdure":"BigInt","value":"-12"}'],
    [new Date(0), '{"$perdure":"Date","value":"1970-01-01T00:00:00.000Z"}'],
    [new Date(Number.NaN), '{"$perdure":"Date","value":null}'],
    [/a/g, '{"$perdure":"RegExp","value":["a","g"]}'],
    [new URL("https://example.com"), '{"$perdure":"URL","value":"https://example.com/"}'],
    [new Map([["a", new Set([1])]]), '{"$perdure":"Map","value":[["a",{"$perdure":"Set","value":[1]}]]}'],
    [new Uint16Array([1, 256]), '{"$perdure":"Uint16Array","value":"AQAAAQ=="}'],
    [new Uint8Array([1, 2]).buffer, '{"$perdure":"ArrayBuffer","value":"AQI="}'],
    [new DataView(new ArrayBuffer(1)), '{"$perdure":"DataView","value":"AA=="}'],
    [{ $perdure: 1 }, '{"$perdure":"Object","value":{"$perdure":1}}'],
    [{ $perdureSoon: 1 }, '{"$perdure":"Object","value":{"$perdureSoon":1}}'],
    [{ a: Object.assign([], { 1: 1 }) }, '{"a":[{"$perdure":"undefined"},1]}'],
    [
      Object.assign(new TypeError("m"), { stack: "s", code: "C", at: 1 }),
      '{"$perdure":"Error","value":{"name":"TypeError","message":"m","code":"C","stack":"s","details":{"at":1}}}',
    ],
  ];
  for (const [value, text] of forms) assert.equal(encode(value), text);
});

test("every typed array comes back with its type and its bytes, whatever part of a buffer it was", () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, index) => index * 5);
  const types = [
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
  for (const type of types) {
    for (const value of [new type(bytes.buffer, 8, 3), new type(0)]) assertSame(decodeValue(encode(value)), value);
  }
  assertSame(decodeValue(encode(bytes.buffer)), bytes.buffer);
  assertSame(decodeValue(encode(new DataView(bytes.buffer, 3, 7))), new DataView(bytes.buffer.slice(3, 10)));
});

test("a Buffer comes back as a Uint8Array with a buffer of its own", () => {
  const decoded = decodeValue(encode(Buffer.from("hello")));
  assertSame(decoded, new TextEncoder().encode("hello"));
  assert.equal((decoded as Uint8Array).buffer.byteLength, 5);
});

test("an error comes back with its class, its causes and its details", () => {
  const error = Object.assign(new TypeError("a", { cause: new RangeError("b") }), { code: "C", orderId: 42 });
  const { failed } = decodeValue(encode({ failed: error })) as { failed: typeof error };
  assert.deepEqual(failed, error);
  assert.equal(failed.stack, error.stack);
});

test("errors of another realm and of the time before classes are errors", () => {
  const foreign: unknown = runInContext("new RangeError('elsewhere')", createContext());
  assert.ok(decodeValue(encode(foreign)) instanceof RangeError);
  const old: unknown = Object.create(Error.prototype, { message: { value: "old" } });
  const decoded = decodeValue(encode(old));
  assert.ok(decoded instanceof Error);
  assert.equal(decoded.message, "old");
});

test("symbols that JSON would not see, being hidden, are left out", () => {
  const value = Object.defineProperty({ a: 1 }, Symbol("hidden"), { value: 1, enumerable: false });
  assert.equal(encode(value), '{"a":1}');
});

test("an object that looks like a tag comes back as the object that it is", () => {
  for (const value of [
    { $perdure: "Date", value: "2026-03-01T12:00:00.000Z" },
    { $perdure: "Object", value: { $perdure: "undefined" } },
    { $perdure: { $perdure: { $perdure: new Date(0) } } },
    { $perdure: undefined, $perdureX: 1, $: 2 },
    new Map([["$perdure", { $perdure: new Set(["$perdure"]) }]]),
    ["$perdure", '{"$perdure":"Date"}', { a: '$perdure"' }],
  ]) {
    assertSame(decodeValue(encode(value)), value);
  }
});

test("keys that name parts of a prototype are keys like any other", () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];
  for (const part of [{ polluted: true }, new Date(0), { at: new Date(0) }]) {
    const value = Object.fromEntries(names.map((name) => [name, part]));
    const decoded = decodeValue(encode(value)) as object;
    assertSame(decoded, value);
    assert.deepEqual(Object.keys(decoded), names);
    assert.equal(Object.getPrototypeOf(decoded), Object.prototype);
  }
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test("lone surrogates, NUL and line separators come back, and the text itself holds none", () => {
  const value = { "\u0000\ud800": ["\ud800", "\udfff\ud800", "a\u0000b", "\u2028\u2029", "😀"], at: new Date(0) };
  const text = encode(value);
  assertSame(decodeValue(text), value);
  assert.ok(text.isWellFormed());
  assert.ok(!text.includes("\u0000"));
});

test("objects without a prototype and of other realms are plain objects", () => {
  const bare = Object.assign(Object.create(null), { a: 1 }) as object;
  assert.equal(encode(bare), '{"a":1}');
  const script = "({ list: [1, { a: 1 }], map: new Map([[1, new Date(0)]]), bytes: new Uint8Array([1]), re: /a/ })";
  const foreign: unknown = runInContext(script, createContext());
  const local = { list: [1, { a: 1 }], map: new Map([[1, new Date(0)]]), bytes: new Uint8Array([1]), re: /a/ };
  assertSame(decodeValue(encode(foreign)), local);
});

test("an object reached in two ways is stored twice", () => {
  const shared = { at: new Date(0) };
  const decoded = decodeValue(encode([shared, { shared }])) as [object, { shared: object }];
  assertSame(decoded, [shared, { shared }]);
  assert.notEqual(decoded[0], decoded[1].shared);
});

test("a date of a fake clock's subclass is a date", () => {
  class FakeDate extends Date {
    override toISOString(): string {
      return "fake";
    }
    override getTime(): number {
      return Number.NaN;
    }
  }
  assertSame(decodeValue(encode(new FakeDate(1_000))), new Date(1_000));
});

test("encoding reads a value and leaves it as it was", () => {
  const value = Object.freeze({ list: Object.freeze([new Date(0), undefined]), $perdure: Object.freeze(new Map()) });
  assertSame(decodeValue(encode(value)), value);
});

test("toJSON methods added to built-in prototypes change nothing", () => {
  const prototype = BigInt.prototype as { toJSON?: () => string };
  prototype.toJSON = () => "wrong";
  try {
    assertSame(decodeValue(encode({ n: 1n })), { n: 1n });
  } finally {
    delete prototype.toJSON;
  }
});

test("values nested a thousand deep are stored", () => {
  const wraps: ((value: unknown) => unknown)[] = [
    (value) => [value],
    (value) => ({ value }),
    (value) => new Map([[value, undefined]]),
    (value) => new Set([value]),
    (value) => ({ $perdure: value }),
  ];
  for (const wrap of wraps) {
    let value: unknown = 1;
    for (let depth = 0; depth < 1_000; depth++) value = wrap(value);
    const text = encode(value);
    assert.equal(encode(decodeValue(text)), text);
  }
});

function encode(value: unknown): string {
  return encodeValue(value, { path: "input", maxBytes: 1_000_000 });
}

/** Deep equality, with prototypes, that tells -0 from 0. */
function assertSame(actual: unknown, expected: unknown): void {
  assert.deepStrictEqual(actual, expected);
}
