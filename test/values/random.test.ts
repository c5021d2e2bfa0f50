import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { InvalidArgumentError } from "../../src/errors/index.ts";
import { randomId, SeededRandom } from "../../src/values/index.ts";

test("random ids are 16 url-safe characters, start with a letter, and differ", () => {
  const ids = new Set<string>();
  for (let count = 0; count < 20_000; count++) {
    const id = randomId();
    assert.match(id, /^[A-Za-z][\w-]{15}$/);
    ids.add(id);
  }
  assert.equal(ids.size, 20_000);
});

test("every bit of a random id after its beginning varies", () => {
  const seen = Buffer.alloc(12);
  const missing = Buffer.alloc(12);
  for (let count = 0; count < 1_000; count++) {
    for (const [index, byte] of Buffer.from(randomId(), "base64url").entries()) {
      seen[index] = (seen[index] ?? 0) | byte;
      missing[index] = (missing[index] ?? 0) | ~byte;
    }
  }
  assert.equal(seen.toString("hex", 3), "ff".repeat(9));
  assert.equal(missing.toString("hex", 3), "ff".repeat(9));
});

test("ids of one process begin alike, two hundred and more of them, and those of another otherwise", () => {
  const beginnings = Map.groupBy(
    Array.from({ length: 10_000 }, randomId).map((id) => id.slice(0, 4)),
    (beginning) => beginning,
  );
  assert.ok(beginnings.size <= 10_000 / 256 + 2, `${beginnings.size} beginnings of 10,000 ids`);
  const program = "import('./src/values/index.ts').then(({ randomId }) => console.log(randomId()))";
  const other = execFileSync(process.execPath, ["-e", program], { encoding: "utf8" });
  assert.equal(beginnings.has(other.slice(0, 4)), false);
});

// Recorded histories depend on these values. A change here is a change that no replay survives.
test("seeded random gives these values, for ever", () => {
  const random = new SeededRandom("perdure");
  assert.deepEqual(
    [random.next(), random.next(), random.next()],
    [0.00045845170954472714, 0.34928216914572663, 0.1620978221319822],
  );
  assert.deepEqual(
    [random.uuid(), random.uuid()],
    ["3f56f3c4-949a-4bce-8370-b5bf4b3b4501", "9ec34d26-ebf7-43d6-b0f4-712bc9e9a7e9"],
  );
  assert.equal(Buffer.from(random.bytes(7)).toString("hex"), "9e369e8f3f97a0");
  assert.equal(random.next(), 0.5303079699055524);
  assert.equal(new SeededRandom("").uuid(), "141d9b7b-ea3a-4d49-ac1e-e49bdca6a24a");
  assert.equal(new SeededRandom("größe 😀").uuid(), "9ea2db27-3022-4490-ab62-87ae9fc02f9e");
});

test("the same seed gives the same sequence and another seed another one", () => {
  const sequence = (seed: string) => {
    const random = new SeededRandom(seed);
    return Array.from({ length: 100 }, () => random.next());
  };
  assert.deepEqual(sequence("a"), sequence("a"));
  assert.equal(new Set([...sequence("a"), ...sequence("b"), ...sequence("a ")]).size, 300);
});

test("numbers are spread evenly over 0 to 1, and their lowest bits vary too", () => {
  const random = new SeededRandom("spread");
  const buckets = Array.from({ length: 16 }, () => 0);
  let oddCount = 0;
  const count = 160_000;
  for (let index = 0; index < count; index++) {
    const number = random.next();
    assert.ok(number >= 0 && number < 1);
    const bucket = Math.floor(number * buckets.length);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    oddCount += (number * 2 ** 53) % 2;
  }
  for (const size of [...buckets, oddCount / 8]) assert.ok(Math.abs(size - count / 16) < count / 16 / 20, `${size}`);
});

test("UUIDs have the form of version 4 and differ", () => {
  const random = new SeededRandom("uuids");
  const uuids = Array.from({ length: 10_000 }, () => random.uuid());
  for (const uuid of uuids) assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(new Set(uuids).size, uuids.length);
});

test("bytes are as many as asked for", () => {
  const random = new SeededRandom("bytes");
  for (const length of [0, 1, 3, 4, 5, 1_000]) assert.equal(random.bytes(length).length, length);
  for (const length of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => random.bytes(length), InvalidArgumentError);
  }
});
