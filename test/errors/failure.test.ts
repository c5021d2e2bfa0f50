import assert from "node:assert/strict";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import {
  ActivityError,
  CancelledError,
  errorToFailure,
  type Failure,
  failureToError,
  isFailure,
  NonRetryableError,
  PerdureError,
  StorageError,
  TimeoutError,
} from "../../src/errors/index.ts";

test("a failure is plain JSON, and storing the rebuilt error again gives the same failure", () => {
  const errors = [
    new Error("plain"),
    new TypeError("typed", { cause: new RangeError("cause", { cause: "a string" }) }),
    Object.assign(new Error("with details"), { code: "E_ORDER", orderId: 42, nested: { a: [1, null] } }),
    new AggregateError([new Error("one"), new SyntaxError("two")], "many", { cause: new Error("why") }),
    new SuppressedError(new Error("cleanup"), new Error("body"), "both"),
    new ActivityError("declined", { activity: "charge", attempts: 3, cause: new Error("declined") }),
    new Error("x".repeat(100_000)),
    Object.assign(new Error("no stack"), { stack: undefined }),
    "a string",
  ];
  for (const error of errors) {
    const failure = stored(error);
    assert.ok(isFailure(failure));
    assert.deepEqual(stored(failureToError(failure)), failure);
  }
});

test("Perdure's own errors come back as their class, with their fields", () => {
  const error = new ActivityError("declined", { activity: "charge", attempts: 3, code: "DECLINED" });
  const rebuilt = roundTrip(error);
  assert.ok(rebuilt instanceof ActivityError);
  assert.equal(rebuilt.name, "ActivityError");
  assert.equal(rebuilt.message, "declined");
  assert.equal(rebuilt.code, "DECLINED");
  assert.equal(rebuilt.category, "application");
  assert.equal(rebuilt.activity, "charge");
  assert.equal(rebuilt.attempts, 3);
  assert.equal(rebuilt.stack, error.stack);
  assert.ok(roundTrip(new CancelledError("enough")) instanceof CancelledError);
  assert.ok(roundTrip(new StorageError("gone")) instanceof StorageError);
});

test("a library's error that happens to have the name of one of Perdure's does not become it", () => {
  const foreign = Object.assign(new Error("slow"), { name: "TimeoutError", code: "ETIMEDOUT" });
  const rebuilt = roundTrip(foreign);
  assert.ok(!(rebuilt instanceof TimeoutError));
  assert.equal(rebuilt.name, "TimeoutError");
  assert.equal((rebuilt as { code?: unknown }).code, "ETIMEDOUT");
});

test("a user's subclass of a Perdure error is still a PerdureError, under its own name", () => {
  class DeclinedError extends NonRetryableError {}
  const rebuilt = roundTrip(new DeclinedError("declined", { code: "DECLINED" }));
  assert.ok(rebuilt instanceof PerdureError);
  assert.equal(rebuilt.name, "DeclinedError");
  assert.equal(rebuilt.code, "DECLINED");
});

test("JavaScript's errors come back as their class", () => {
  for (const type of [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError]) {
    const rebuilt = roundTrip(new type("wrong"));
    assert.equal(Object.getPrototypeOf(rebuilt), type.prototype);
    assert.equal(rebuilt.message, "wrong");
  }
});

test("a cause chain survives, down to a cause that is not an error", () => {
  const rebuilt = roundTrip(new Error("a", { cause: new TypeError("b", { cause: { reason: "c" } }) }));
  assert.ok(rebuilt.cause instanceof TypeError);
  assert.ok(rebuilt.cause.cause instanceof Error);
  assert.equal(rebuilt.cause.cause.name, "NonError");
  assert.equal(rebuilt.cause.cause.message, '{"reason":"c"}');
});

test("the members of an AggregateError and both errors of a SuppressedError survive", () => {
  const aggregate = roundTrip(new AggregateError([new Error("one"), new TypeError("two")], "many"));
  assert.ok(aggregate instanceof AggregateError);
  assert.deepEqual(
    aggregate.errors.map((error: Error) => `${error.name}: ${error.message}`),
    ["Error: one", "TypeError: two"],
  );
  const suppressed = roundTrip(new SuppressedError(new Error("cleanup"), new Error("body"), "both"));
  assert.ok(suppressed instanceof SuppressedError);
  assert.equal((suppressed.error as Error).message, "cleanup");
  assert.equal((suppressed.suppressed as Error).message, "body");
});

test("details keep what is plain JSON: a numeric code, a validation library's list, a key named __proto__", () => {
  const error = Object.assign(new Error("invalid"), { code: 5, errors: [{ field: "total" }], count: 10n, fn() {} });
  Object.defineProperty(error, "__proto__", { value: { polluted: true }, enumerable: true });
  const failure = stored(error);
  assert.deepEqual(Object.keys(failure.details ?? {}).toSorted(), ["__proto__", "code", "errors"]);
  const rebuilt = failureToError(failure) as Error & { code: unknown; errors: unknown };
  assert.equal(rebuilt.code, 5);
  assert.deepEqual(rebuilt.errors, [{ field: "total" }]);
  assert.equal(Object.getPrototypeOf(rebuilt), Error.prototype);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test("one property that throws does not lose the rest of the error", () => {
  const error = Object.assign(new Error("real"), { before: 1 });
  Object.defineProperty(error, "bad", {
    enumerable: true,
    get() {
      throw new Error("unreadable");
    },
  });
  assert.deepEqual(stored(error).details, { before: 1 });
  assert.equal(stored(error).message, "real");
});

test("whatever is thrown becomes a failure", () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const thrown: [unknown, string][] = [
    [undefined, "undefined"],
    [null, "null"],
    ["text", "text"],
    [42n, "42"],
    [Symbol("s"), "Symbol(s)"],
    [{ a: 1 }, '{"a":1}'],
    [cyclic, "[object Object]"],
  ];
  for (const [value, message] of thrown) assert.deepEqual(stored(value), { name: "NonError", message });
  assert.equal(stored(revokedProxy()).name, "Error");
  assert.equal(stored(Object.assign(new Error("x"), { message: unprintable })).name, "Error");
  assert.equal(stored(unprintable).message, "a value that cannot be shown");
});

test("an error of another realm is an error", () => {
  const foreign: unknown = runInContext("new TypeError('elsewhere')", createContext());
  assert.ok(!(foreign instanceof Error));
  assert.ok(roundTrip(foreign) instanceof TypeError);
});

test("an AggregateError of another realm keeps its members", () => {
  const foreign: unknown = runInContext("new AggregateError([new Error('member')], 'many')", createContext());
  const rebuilt = roundTrip(foreign);
  assert.ok(rebuilt instanceof AggregateError);
  assert.equal((rebuilt.errors[0] as Error).message, "member");
});

test("a suppressed error that no longer fits leaves an error that stores the same again", () => {
  const failure: Failure = { name: "SuppressedError", message: "both", errors: [{ name: "Error", message: "one" }] };
  assert.deepEqual(stored(failureToError(failure)).errors, failure.errors);
});

test("a cyclic or enormous web of errors is cut to a bounded size", () => {
  const cyclic = new AggregateError([], "web");
  cyclic.errors = Array.from({ length: 50 }, () => cyclic);
  cyclic.cause = cyclic;
  cyclic.message = "m".repeat(50_000);
  for (let index = 0; index < 50; index++) Object.assign(cyclic, { [`detail${index}`]: "d".repeat(2_000) });
  const failure = stored(cyclic);
  assert.ok(JSON.stringify(failure).length < 500_000);
  assert.equal(countOf(failure), 32);
  const wide = Array.from({ length: 50 }, () => new Error("member", { cause: new Error("cause") }));
  assert.equal(countOf(stored(new AggregateError(wide))), 32);
  let depth = 0;
  for (let next: Failure | undefined = failure; next !== undefined; next = next.cause) depth++;
  assert.equal(depth, 9);
});

test("text that is cut says so, and is not cut again", () => {
  const failure = stored(new Error("x".repeat(100_000)));
  assert.ok(failure.message.endsWith("… (truncated)"));
  assert.ok(failure.message.length <= 8_192);
  assert.deepEqual(stored(failureToError(failure)), failure);
});

test("JSON that is not a failure is recognised", () => {
  const good = { name: "Error", message: "m" };
  assert.ok(isFailure({ ...good, cause: good, errors: [good], details: {}, code: "C", category: "application" }));
  const bad: unknown[] = [
    null,
    "text",
    [],
    {},
    { name: "Error" },
    { name: 1, message: "m" },
    { ...good, code: 5 },
    { ...good, category: "other" },
    { ...good, stack: 1 },
    { ...good, details: [] },
    { ...good, details: null },
    { ...good, cause: "text" },
    { ...good, errors: {} },
    { ...good, errors: [{}] },
  ];
  for (const json of bad) assert.ok(!isFailure(json), JSON.stringify(json));
});

test("details of a stored failure never replace the parts of the error itself", () => {
  const rebuilt = failureToError({ name: "Error", message: "real", details: { message: "fake", stack: "fake", a: 1 } });
  assert.equal(rebuilt.message, "real");
  assert.equal(rebuilt.stack, "Error: real");
  assert.equal((rebuilt as { a?: unknown }).a, 1);
});

const unprintable = {
  toJSON() {
    throw new Error("no");
  },
  toString() {
    throw new Error("no");
  },
};

function revokedProxy(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function countOf({ cause, errors = [] }: Failure): number {
  return [...errors, ...(cause === undefined ? [] : [cause])].reduce((total, part) => total + countOf(part), 1);
}

function stored(thrown: unknown): Failure {
  return JSON.parse(JSON.stringify(errorToFailure(thrown))) as Failure;
}

function roundTrip(thrown: unknown): Error {
  return failureToError(stored(thrown));
}
