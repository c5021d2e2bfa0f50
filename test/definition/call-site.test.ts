import assert from "node:assert/strict";
import { test } from "node:test";
import { callSite, userFrame } from "../../src/definition/index.ts";

const library = new URL("../../src/replay/engine.ts", import.meta.url).href;

test("a call site is the innermost frame of the user's code", () => {
  function caller() {
    return [1].map(() => callSite())[0];
  }
  assert.match(caller() ?? "", /^file:.*call-site\.test\.ts:\d+:\d+$/);
  function named() {
    return callSite();
  }
  assert.match(named() ?? "", /^named \(file:.*call-site\.test\.ts:\d+:\d+\)$/);
});

test("it does not depend on how deep stacks are elsewhere, and leaves that as it is", () => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    assert.match(callSite() ?? "", /call-site\.test\.ts/);
    assert.equal(Error.stackTraceLimit, 0);
  } finally {
    Error.stackTraceLimit = limit;
  }
});

test("frames of the library and of Node, and of code that only awaits, are passed over", () => {
  const stack = [
    "TypeError: no\n    at the top of a message",
    `    at decide (${library}:1:1)`,
    "    at Array.map (<anonymous>)",
    "    at new Promise (<anonymous>)",
    "    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
    "    at checkout (/app/checkout.js:9:3)",
    "    at async main (/app/main.js:1:1)",
  ].join("\n");
  assert.equal(userFrame(stack), "checkout (/app/checkout.js:9:3)");
  assert.equal(userFrame("Error: x\n    at async main (/app/main.js:1:1)"), undefined);
});

test("what is no stack has no frame", () => {
  for (const stack of [undefined, null, 7, "", "Error", {}]) assert.equal(userFrame(stack), undefined);
});
