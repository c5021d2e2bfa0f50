import assert from "node:assert/strict";
import { test } from "node:test";
import { LimitExceededError, UnserializableValueError } from "../../src/errors/index.ts";
import { encodeValue } from "../../src/values/index.ts";

test("what cannot be stored is an error that names the part and says what to do", () => {
  class Order {
    id = 1;
  }
  class Money {
    toJSON(): string {
      return "1 EUR";
    }
  }
  const refused: [value: unknown, path: string, message: RegExp][] = [
    [() => 1, "input", /is a function.*pass data only/],
    [{ items: [1, 2, { callback() {} }] }, "input.items[2].callback", /is a function/],
    [{ "a b": { "1x": class {} } }, 'input["a b"]["1x"]', /is a function/],
    [[Symbol("s")], "input[0]", /is a symbol.*Pass a string/],
    [{ a: { [Symbol("key")]: 1 } }, "input.a", /Symbol\(key\) as a key.*Use a string key/],
    [
      { a: Object.defineProperties({}, { [Symbol("hidden")]: {}, [Symbol("shown")]: { enumerable: true } }) },
      "input.a",
      /Symbol\(shown\) as a key/,
    ],
    [{ order: new Order() }, "input.order", /an instance of Order.*Pass plain data/],
    [{ price: new Money() }, "input.price", /an instance of Money.*what its toJSON\(\) returns/],
    [{ result: Promise.resolve(1) }, "input.result", /is a promise.*Await it/],
    [new WeakMap(), "input", /an instance of WeakMap/],
    [new (class extends Map {})(), "input", /an instance of a class/],
    [new (class Tags extends Set {})(), "input", /an instance of Tags/],
    [new (class List extends Array {})(), "input", /an instance of List/],
    [new (class Bytes extends Uint8Array {})(), "input", /an instance of Bytes/],
    [new (class Pattern extends RegExp {})("a"), "input", /an instance of Pattern/],
    [new (class Link extends URL {})("a:b"), "input", /an instance of Link/],
    [Object.create({ inherited: 1 }), "input", /an instance of Object/],
    [Object.create(Object.assign(Object.create(null), { inherited: 1 })), "input", /an instance of a class/],
    [
      new (class Odd {
        isPrototypeOf() {}
      })(),
      "input",
      /an instance of Odd/,
    ],
    [Object.create(Map.prototype), "input", /an instance of Map/],
    [new String("boxed"), "input", /an instance of String/],
    [new SharedArrayBuffer(1), "input", /an instance of SharedArrayBuffer/],
    [(function* () {})(), "input", /an instance of/],
    [new Map([["EUR", { rate() {} }]]), 'input.get("EUR").rate', /is a function/],
    [new Map([[{ key() {} }, 1]]), "input.get(…).key", /is a function/],
    [{ tags: new Set(["a", () => 1]) }, "input.tags.values()[1]", /is a function/],
    [{ at: new Date(), list: [undefined, Symbol("s")] }, "input.list[1]", /is a symbol/],
  ];
  for (const [value, path, message] of refused) assertRefused(value, path, message);
});

test("a cycle is named at both of its ends", () => {
  const order: { lines: unknown[]; id: number } = { id: 1, lines: [] };
  order.lines.push({ order });
  assertRefused({ order }, "input.order.lines[0].order", /is input\.order again.*refer to it by an id/);
  const map = new Map<string, unknown>();
  map.set("self", [map]);
  assertRefused(map, 'input.get("self")[0]', /is input again/);
  const list: unknown[] = [];
  list.push(list);
  assertRefused(list, "input[0]", /is input again/);
});

test("code that throws while the value is read is an error that names the place and keeps the cause", () => {
  const cause = new Error("accessor");
  const thrower = () => {
    throw cause;
  };
  const hostile = [
    { a: [Object.defineProperty({}, "b", { get: thrower, enumerable: true })] },
    { a: [{ b: new Proxy({}, { ownKeys: thrower }) }] },
    { a: [{ b: new Proxy({}, { getPrototypeOf: thrower }) }] },
    { a: [{ b: new Proxy([1], { get: thrower }) }] },
  ];
  for (const [index, value] of hostile.entries()) {
    const error = assertRefused(value, index === 0 ? "input.a[0]" : "input.a[0].b", /threw when it was read/);
    assert.equal(error.cause, cause);
  }
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assertRefused([proxy], "input[0]", /threw when it was read/);
  assertRefused([detachedBuffer()], "input[0]", /threw when it was read/);
});

test("a value that reads differently the second time is still stored whole or refused", () => {
  let reads = 0;
  const value = {
    get shifty(): unknown {
      reads++;
      return reads === 1 ? new Date(0) : reads;
    },
  };
  // The first walk meets a Date and leaves; the second stores what it reads itself.
  assert.equal(encodeValue(value, options), '{"shifty":2}');
});

test("a value nested 1,001 deep is refused, and one level less is not", () => {
  for (const wrap of [
    (value: unknown) => [value],
    (value: unknown) => ({ value }),
    (value: unknown) => new Set([value]),
  ]) {
    let value: unknown = 1;
    for (let depth = 0; depth < 1_000; depth++) value = wrap(value);
    encodeValue(value, options);
    assertRefused(wrap(value), undefined, /nested more than 1000 levels deep/);
  }
});

test("an enormous key is shown by its beginning", () => {
  const error = assertRefused({ ["k".repeat(100_000)]: [() => 1] }, undefined, /is a function/);
  assert.equal(error.path, `input.${"k".repeat(64)}…[0]`);
});

test("a value nested 100,000 deep is refused, however it is nested", () => {
  for (const wrap of [
    (value: unknown) => [value],
    (value: unknown) => ({ value, at: undefined }),
    (value: unknown) => new Map([["k", value]]),
  ]) {
    let value: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) value = wrap(value);
    const error = assertRefused(value, undefined, /nested more than 1000 levels deep/);
    assert.ok(error.path.length < 500);
  }
});

test("a caller that has used up the stack gets the same kind of error", () => {
  let value: unknown = 1;
  for (let depth = 0; depth < 900; depth++) value = new Map([["k", value]]);
  const seen = new Set<string>();
  const descend = (depth: number): void => {
    try {
      descend(depth + 1);
    } catch {
      // Overflown: on the way back up, different amounts of remaining stack are tried.
    }
    if (depth % 100 !== 0) return;
    try {
      encodeValue(value, options);
    } catch (error) {
      seen.add(`${(error as Error).name}: ${(error as Error).message.replace(/^.*input/, "input")}`);
    }
  };
  descend(0);
  // At the very bottom there is no room even for making the better error.
  const better = [...seen].filter((text) => !text.startsWith("RangeError"));
  assert.equal(better.length, 1);
  assert.match(better[0] ?? "", /^UnserializableValueError: input is nested too deeply for the stack/);
});

test("text longer than the limit is refused with its size, the limit and the path", () => {
  const refused = (value: unknown, maxBytes: number, size: string) => {
    assert.throws(
      () => encodeValue(value, { path: "result", maxBytes }),
      (error) => {
        assert.ok(error instanceof LimitExceededError);
        assert.equal(error.limit, "payloadBytes");
        assert.ok(error.message.startsWith(`result takes ${size} bytes`), error.message);
        assert.match(error.message, new RegExp(`the limit is ${maxBytes} bytes.*pass a reference`));
        return true;
      },
    );
  };
  refused("x".repeat(99), 100, "101");
  refused({ at: new Date(0) }, 60, `${encodeValue({ at: new Date(0) }, options).length}`);
  refused("x".repeat(1_000), 100, "more than 200");
  refused([undefined, "x".repeat(1_000)], 100, "more than 200");
  refused(Array(10).fill(10n ** 1_000n), 100, "more than 200");
  refused({ file: new Uint8Array(1_000_000) }, 100, "more than 200");
});

test("the limit counts bytes of UTF-8, and text of exactly that size fits", () => {
  for (const character of ["x", "é", "€", "😀"]) {
    const value = character.repeat(100);
    const maxBytes = Buffer.byteLength(value) + 2;
    assert.equal(encodeValue(value, { path: "input", maxBytes }).length, value.length + 2);
    assert.throws(() => encodeValue(value, { path: "input", maxBytes: maxBytes - 1 }), LimitExceededError);
  }
});

test("a small object whose text would be astronomic is refused quickly", () => {
  for (const leaf of [[], [undefined], ["x".repeat(1_000)], {}, new Uint8Array(1_000)]) {
    let value: unknown = leaf;
    for (let depth = 0; depth < 200; depth++) value = [value, value];
    const started = performance.now();
    assert.throws(() => encodeValue(value, options), LimitExceededError);
    assert.ok(performance.now() - started < 5_000);
  }
  let value: unknown = {};
  for (let depth = 0; depth < 200; depth++) value = { a: value, b: value };
  assert.throws(() => encodeValue(value, options), LimitExceededError);
  assert.throws(() => encodeValue(Object.assign([], { length: 2 ** 32 - 1 }), options), LimitExceededError);
});

const options = { path: "input", maxBytes: 1_000_000 };

function assertRefused(value: unknown, path: string | undefined, message: RegExp): UnserializableValueError {
  try {
    encodeValue(value, options);
  } catch (error) {
    assert.ok(error instanceof UnserializableValueError, String(error));
    assert.equal(error.code, "UNSERIALIZABLE_VALUE");
    if (path !== undefined) assert.equal(error.path, path);
    assert.ok(error.message.startsWith(error.path));
    assert.match(error.message, message);
    return error;
  }
  assert.fail(`${path} was stored`);
}

function detachedBuffer(): ArrayBuffer {
  const buffer = new ArrayBuffer(1);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}
