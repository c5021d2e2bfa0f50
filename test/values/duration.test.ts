import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { InvalidArgumentError } from "../../src/errors/index.ts";
import { type Duration, parseDuration } from "../../src/values/index.ts";

test("numbers are milliseconds and strings have a unit", () => {
  const durations: [Duration, number][] = [
    [0, 0],
    [1_500, 1_500],
    ["0ms", 0],
    ["150ms", 150],
    ["30s", 30_000],
    ["5m", 300_000],
    ["1.5h", 5_400_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
    ["36525d", 3_155_760_000_000],
  ];
  for (const [duration, ms] of durations) assert.equal(parseDuration(duration, "timeout"), ms);
});

test("a fraction of a millisecond is rounded up, and floating point adds none", () => {
  const durations: [Duration, number][] = [
    [0.1, 1],
    [1.000_001, 2],
    ["0.4ms", 1],
    ["0.0001s", 1],
    ["1.1h", 3_960_000],
    ["4.35s", 4_350],
    ["1.001s", 1_001],
    ["0.1d", 8_640_000],
  ];
  for (const [duration, ms] of durations) assert.equal(parseDuration(duration, "timeout"), ms, String(duration));
  assert.ok(Object.is(parseDuration(-0, "timeout"), 0));
});

test("thousandths of any unit are exact", () => {
  const units = fc.constantFrom<["s" | "m" | "h" | "d", number]>(["s", 1], ["m", 60], ["h", 3_600], ["d", 86_400]);
  fc.assert(
    fc.property(fc.nat({ max: 36_000_000 }), units, (thousandths, [unit, factor]) => {
      assert.equal(parseDuration(`${thousandths / 1_000}${unit}`, "timeout"), thousandths * factor);
    }),
  );
});

test("anything else is an error that names the argument and the accepted forms", () => {
  const wrong: unknown[] = [
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    3_155_760_000_001,
    "36525.1d",
    "",
    "5",
    "m",
    "-5m",
    "+5m",
    "5 m",
    " 5m",
    "5m ",
    "5M",
    "5w",
    "5min",
    "1e3ms",
    "0x5s",
    "5.s",
    ".5s",
    "1_000ms",
    "1h30m",
    "5m\n",
    "NaNms",
    "Infinitys",
    undefined,
    null,
    true,
    10n,
    Symbol("s"),
    {},
    ["5m"],
    Object.create(null),
  ];
  for (const value of wrong) {
    assert.throws(
      () => parseDuration(value as Duration, "retry.initialInterval"),
      (error) => {
        assert.ok(error instanceof InvalidArgumentError, String(error));
        assert.match(error.message, /^retry\.initialInterval is .*"150ms".*"1\.5h".*100 years/);
        return true;
      },
    );
  }
});

test("the type accepts the documented forms and refuses unknown units", () => {
  const accepted: Duration[] = [5, "150ms", "30s", "5m", "1.5h", "7d"];
  // @ts-expect-error a unit that there is not
  const weeks: Duration = "2w";
  // @ts-expect-error no unit
  const bare: Duration = "30";
  assert.equal([...accepted, weeks, bare].length, 8);
});
