import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LowWater } from "../../src/providers/postgres/low-water.ts";

describe("The low water of a queue", () => {
  test("begins at the beginning, and then where there was nothing any more", () => {
    const lowWater = new LowWater();
    const scan = lowWater.begin(["a", "b"]);
    assert.deepEqual(scan.floors, [0, 0]);
    scan.end([50_000, null], 100_000);
    assert.deepEqual(lowWater.floors(["a", "b", "c"]), [45_000, 95_000, 0]);
  });

  test("is not known from a scan that began before something old came", () => {
    const lowWater = new LowWater();
    const scan = lowWater.begin(["a"]);
    lowWater.forget();
    scan.end([null], 100_000);
    assert.deepEqual(lowWater.floors(["a"]), [0]);
    lowWater.begin(["a"]).end([null], 100_000);
    assert.deepEqual(lowWater.floors(["a"]), [95_000]);
  });
});
