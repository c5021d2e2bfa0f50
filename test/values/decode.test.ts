import assert from "node:assert/strict";
import { test } from "node:test";
import { CorruptPayloadError } from "../../src/errors/index.ts";
import { decodeValue } from "../../src/values/index.ts";

test("text that is not JSON is a CorruptPayloadError", () => {
  for (const text of ["", " ", "{", "undefined", "NaN", "'a'", '{"a":1', "[1,]", "1 2", '{"$perdure":"Date"']) {
    assert.throws(() => decodeValue(text), CorruptPayloadError, text);
  }
});

test("a malformed or unknown tag is a CorruptPayloadError that names it", () => {
  const malformed: [text: string, name: string][] = [
    ['{"$perdure":"Nonsense","value":1}', "Nonsense"],
    ['{"$perdure":"constructor","value":1}', "constructor"],
    ['{"$perdure":"__proto__","value":1}', "__proto__"],
    ['{"$perdure":5,"value":1}', "5"],
    ['{"$perdure":null}', "null"],
    ['{"$perdure":"Date"}', "Date"],
    ['{"$perdure":"Date","value":5}', "Date"],
    ['{"$perdure":"Date","value":"soon"}', "Date"],
    ['{"$perdure":"Date","value":"2026-03-01"}', "Date"],
    ['{"$perdure":"Date","value":"2026-03-01T12:00:00.000Z","more":1}', "Date"],
    ['{"$perdure":"undefined","value":null}', "undefined"],
    ['{"$perdure":"undefined","other":null}', "undefined"],
    ['{"$perdure":"number","value":"12"}', "number"],
    ['{"$perdure":"number","value":null}', "number"],
    ['{"$perdure":"BigInt","value":""}', "BigInt"],
    ['{"$perdure":"BigInt","value":"1.5"}', "BigInt"],
    ['{"$perdure":"BigInt","value":"0x10"}', "BigInt"],
    ['{"$perdure":"BigInt","value":"-0"}', "BigInt"],
    ['{"$perdure":"Map","value":{}}', "Map"],
    ['{"$perdure":"Map","value":[1]}', "Map"],
    ['{"$perdure":"Map","value":[["a"]]}', "Map"],
    ['{"$perdure":"Set","value":"abc"}', "Set"],
    ['{"$perdure":"Object","value":[]}', "Object"],
    ['{"$perdure":"Object","value":null}', "Object"],
    ['{"$perdure":"RegExp","value":"a"}', "RegExp"],
    ['{"$perdure":"RegExp","value":["(",""]}', "RegExp"],
    ['{"$perdure":"RegExp","value":["a","zz"]}', "RegExp"],
    ['{"$perdure":"RegExp","value":["a",5]}', "RegExp"],
    ['{"$perdure":"URL","value":"nowhere"}', "URL"],
    ['{"$perdure":"URL","value":1}', "URL"],
    ['{"$perdure":"Uint8Array","value":"*"}', "Uint8Array"],
    ['{"$perdure":"Uint8Array","value":"AQ"}', "Uint8Array"],
    ['{"$perdure":"Uint16Array","value":"AQ=="}', "Uint16Array"],
    ['{"$perdure":"ArrayBuffer","value":null}', "ArrayBuffer"],
    ['{"$perdure":"Error","value":{"name":"Error"}}', "Error"],
    ['{"$perdure":"Error","value":"boom"}', "Error"],
  ];
  for (const [text, name] of malformed) {
    for (const stored of [text, `{"a":[1,${text}]}`, `{"$perdure":"Set","value":[${text}]}`]) {
      assert.throws(
        () => decodeValue(stored),
        (error) => error instanceof CorruptPayloadError && error.message.includes(name),
        stored,
      );
    }
  }
});

test("text nested deeper than the stack is a CorruptPayloadError", () => {
  const deep = `${'{"$perdure":"Set","value":['.repeat(100_000)}${"]}".repeat(100_000)}`;
  assert.throws(() => decodeValue(deep), CorruptPayloadError);
});

test("text without the reserved key is parsed and not walked", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  assert.ok(Array.isArray(decodeValue(deep)));
});

test("a string that mentions the reserved key is only a string", () => {
  assert.deepEqual(decodeValue('["$perdure","a $perdure\\"",{"x$perdure":1}]'), [
    "$perdure",
    'a $perdure"',
    { x$perdure: 1 },
  ]);
});

test("text written by a stranger cannot touch a prototype", () => {
  const text =
    '{"__proto__":{"polluted":1},"a":{"__proto__":{"$perdure":"Date","value":null}},' +
    '"b":{"$perdure":"Object","value":{"__proto__":{"polluted":{"$perdure":"undefined"}}}},' +
    '"c":{"$perdure":"Error","value":{"name":"__proto__","message":"m","details":{"__proto__":{"polluted":1}}}}}';
  const decoded = decodeValue(text) as Record<string, object>;
  assert.equal(Object.getPrototypeOf(decoded), Object.prototype);
  assert.equal(Object.getPrototypeOf(decoded["a"]), Object.prototype);
  assert.equal(Object.getPrototypeOf(decoded["b"]), Object.prototype);
  assert.equal(Object.getPrototypeOf(decoded["c"]), Error.prototype);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});
