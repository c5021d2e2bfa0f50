import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidArgumentError } from "../../src/errors/index.ts";
import { parseInstant } from "../../src/values/index.ts";

test("an instant is a Date or milliseconds since 1970, and is never rounded down", () => {
  assert.equal(parseInstant(new Date("2030-01-01"), "at"), Date.UTC(2030, 0, 1));
  assert.equal(parseInstant(1_000.1, "at"), 1_001);
  assert.equal(parseInstant(-1.5, "at"), -1);
  assert.equal(parseInstant(8_640_000_000_000_000, "at"), 8_640_000_000_000_000);
});

test("what is no instant is refused by an error that says so", () => {
  for (const bad of [new Date(Number.NaN), Number.NaN, Infinity, 8_640_000_000_000_001, "2030-01-01", null, {}, 1n]) {
    assert.throws(
      () => parseInstant(bad as never, "sleepUntil"),
      (error: Error) => error instanceof InvalidArgumentError && error.message.startsWith("sleepUntil got "),
    );
  }
});
