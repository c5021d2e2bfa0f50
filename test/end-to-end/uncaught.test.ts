import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";

const program = join(import.meta.dirname, "programs/uncaught.ts");

/** What a process of its own prints, and with which code it ends. */
async function run(scenarios: string, flags: readonly string[] = [], nodeFlags: readonly string[] = []) {
  const child = spawn(process.execPath, [...nodeFlags, program, scenarios, ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "", PERDURE_LOG: "" },
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { lines: out.trim().split("\n"), err, code: code as number };
}

const ways: readonly [how: string, flags: readonly string[], nodeFlags: readonly string[]][] = [
  ["", [], []],
  [", replayed at every turn", ["--dehydrate"], []],
  [", when the program has listeners of its own", ["--listen"], []],
  [", with --unhandled-rejections=strict", [], ["--unhandled-rejections=strict"]],
];

for (const [how, flags, nodeFlags] of ways) {
  test(`no rejection or exception of an orchestration ends its process, or is warned of${how}`, async () => {
    const { lines, err, code } = await run("sleeping,floating,microtask,listener", flags, nodeFlags);
    assert.equal(err, "");
    assert.deepEqual(lines, [
      "sleeping: caught the activity broke",
      "floating: done",
      "microtask: failed: thrown in a microtask",
      "listener: failed: thrown in a listener",
      "restored: true",
      "end",
    ]);
    assert.equal(code, 0);
  });
}

const fatal: readonly [name: string, scenario: string, message: string][] = [
  ["a rejection left in an activity", "activity", "left in an activity"],
  ["a rejection outside of orchestrations", "outside-rejection", "left outside"],
  ["an exception outside of orchestrations", "outside-exception", "thrown outside"],
  ["a rejection after the last runtime has stopped", "later-rejection", "left after the end"],
];

for (const [name, scenario, message] of fatal) {
  test(`a process ends as it would without a runtime after ${name}`, async () => {
    const { lines, err, code } = await run(scenario);
    assert.equal(code, 1);
    assert.ok(!lines.includes("end"));
    assert.match(err, new RegExp(`Error: ${message}`));
  });
}

test("a program's own listeners hear of everything else, as they would without a runtime", async () => {
  const { lines, err, code } = await run(`sleeping,floating,${fatal.map(([, scenario]) => scenario).join()}`, [
    "--listen",
  ]);
  assert.deepEqual([err, code, lines.at(-1)], ["", 0, "end"]);
  const heard = lines.filter((line) => line.startsWith("heard"));
  assert.deepEqual(
    heard,
    fatal.map(([, , message]) => `heard: ${message}`),
  );
});
