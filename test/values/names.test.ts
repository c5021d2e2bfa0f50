import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidArgumentError, LimitExceededError } from "../../src/errors/index.ts";
import { checkInstanceId, checkName } from "../../src/values/index.ts";

// Assertion functions must be called through a name with a declared type.
const checks: Readonly<Record<string, (text: unknown, what: string, maxBytes?: number) => void>> = {
  checkName,
  checkInstanceId,
};

test("ordinary names and ids pass", () => {
  for (const text of [
    "charge",
    "order-42",
    "payments:charge.v2_x",
    "two words",
    "größe",
    "注文",
    "😀",
    "__proto__",
    "a",
  ]) {
    for (const check of Object.values(checks)) check(text, "name");
  }
  for (const id of ["tenant/7/order@42", " padded "]) checkInstanceId(id, "instanceId");
});

test("what is not a string, is empty, or is not printable text is refused", () => {
  const refused: [unknown, RegExp][] = [
    [undefined, /^activity name is undefined\. Give a string/],
    [null, /^activity name is null/],
    [42, /is 42\. Give a string/],
    [["a"], /of type object/],
    ["", /^activity name is empty/],
    ["a\u0000b", /"a\\u0000b" contains a control character/],
    ["a\nb", /control character/],
    ["a\u007f", /control character/],
    ["a\u0085", /control character/],
    ["a\ud800", /half of a surrogate pair/],
    ["\udc00a", /half of a surrogate pair/],
  ];
  for (const [text, message] of refused) {
    for (const check of Object.values(checks)) {
      assert.throws(
        () => check(text, "activity name"),
        (error) => error instanceof InvalidArgumentError && message.test(error.message),
      );
    }
  }
});

test("a name has no @ or / and no white space at its ends", () => {
  for (const [name, message] of [
    ["charge@1", /"charge@1" contains "@" or "\/"\. Use/],
    ["a/b", /contains "@" or "\/"/],
    [" a", /starts or ends with white space/],
    ["a\u00a0", /starts or ends with white space/],
    ["\u2028a", /starts or ends with white space/],
  ] as const) {
    assert.throws(
      () => checkName(name, "activity name"),
      (error) => error instanceof InvalidArgumentError && message.test(error.message),
    );
  }
});

test("as many bytes of UTF-8 fit as the limit says, and never more than 1,000", () => {
  for (const [character, fits] of [
    ["x", 255],
    ["é", 127],
    ["€", 85],
    ["😀", 63],
  ] as const) {
    for (const [name, check] of Object.entries(checks)) {
      check(character.repeat(fits), "name", 255);
      check(character.repeat(fits + 1), "name", 260);
      assert.throws(
        () => check(character.repeat(fits + 1), "name", 255),
        (error) => {
          assert.ok(error instanceof LimitExceededError);
          assert.equal(error.limit, name === "checkName" ? "nameBytes" : "idBytes");
          assert.match(
            error.message,
            /takes 25\d bytes, and the limit is 255\. .*, or raise limits\.(name|id)Bytes\.$/,
          );
          return true;
        },
      );
      check("x".repeat(1_000), "name");
      assert.throws(
        () => check("x".repeat(1_001), "name"),
        /the limit is 1000\. Use a shorter one, such as a hash of it\.$/,
      );
    }
  }
});

test("an error shows only the beginning of a huge text", () => {
  assert.throws(
    () => checkInstanceId("x".repeat(10_000_000), "instanceId"),
    (error) => error instanceof LimitExceededError && error.message.length < 300,
  );
});
