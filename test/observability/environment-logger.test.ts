import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { loggerFromEnvironment } from "../../src/observability/index.ts";

const before = process.env["PERDURE_LOG"];
afterEach(() => {
  if (before === undefined) delete process.env["PERDURE_LOG"];
  else process.env["PERDURE_LOG"] = before;
});

/** What is written by a logger of this setting, to which every level is logged. */
function writtenWith(setting: string | undefined): string[] {
  if (setting === undefined) delete process.env["PERDURE_LOG"];
  else process.env["PERDURE_LOG"] = setting;
  const written: string[] = [];
  const logger = loggerFromEnvironment({ sink: { write: (text: string) => written.push(text) } });
  for (const level of ["debug", "info", "warn", "error"] as const) logger[level](`at ${level}`);
  return written.map((text) => text.trimEnd().slice(text.indexOf("Z ") + 2));
}

test("without PERDURE_LOG nothing is written", () => {
  assert.deepEqual(writtenWith(undefined), []);
  assert.deepEqual(writtenWith(""), []);
  assert.deepEqual(writtenWith("silent"), []);
});

test("PERDURE_LOG names the level", () => {
  assert.equal(writtenWith("debug").length, 4);
  assert.deepEqual(writtenWith("warn"), ["WARN  at warn", "ERROR at error"]);
  assert.deepEqual(writtenWith(" ERROR "), ["ERROR at error"]);
});

test("another value means info, and is warned about once", () => {
  const [warning, ...rest] = writtenWith("verbose");
  assert.match(warning ?? "", /^WARN {2}PERDURE_LOG must be one of debug, info.*PERDURE_LOG=verbose$/);
  assert.deepEqual(rest, ["INFO  at info", "WARN  at warn", "ERROR at error"]);
  assert.deepEqual(writtenWith("verbose"), rest);
});
