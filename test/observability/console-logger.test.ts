import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidArgumentError } from "../../src/errors/index.ts";
import { consoleLogger, type LogSink } from "../../src/observability/index.ts";

class MemorySink implements LogSink {
  readonly isTTY: boolean;
  text = "";

  constructor(options: { readonly isTTY: boolean } = { isTTY: false }) {
    this.isTTY = options.isTTY;
  }

  write(text: string): void {
    this.text += text;
  }

  /** Without the time. */
  get lines(): string[] {
    return this.text.split("\n").map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z /, ""));
  }
}

test("a call is one line: time, level, message, fields", () => {
  const sink = new MemorySink();
  const logger = consoleLogger({ level: "debug", sink });
  logger.debug("woke up");
  logger.info({ instanceId: "order-42", turn: 3, isFused: true, parent: null, skipped: undefined }, "turn");
  logger.warn({ name: "two words", empty: "", quoted: 'a"b', data: { a: [1, { b: 2 }] } }, "odd");
  logger.error("broken");
  assert.match(sink.text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z DEBUG woke up\n/);
  assert.deepEqual(sink.lines, [
    "DEBUG woke up",
    "INFO  turn instanceId=order-42 turn=3 isFused=true parent=null",
    'WARN  odd name="two words" empty="" quoted="a\\"b" data={ a: [ 1, { b: 2 } ] }',
    "ERROR broken",
    "",
  ]);
});

test("what is below the level is not written, nor even looked at", () => {
  const sink = new MemorySink();
  const logger = consoleLogger({ level: "warn", sink });
  const fields = {
    get costly(): never {
      throw new Error("looked at");
    },
  };
  logger.debug(fields, "no");
  logger.info(fields, "no");
  logger.warn("yes");
  logger.error("yes");
  assert.deepEqual(sink.lines, ["WARN  yes", "ERROR yes", ""]);
  const silent = consoleLogger({ level: "silent", sink: new MemorySink() });
  silent.error(fields, "no");
});

test("values of several lines stand indented beneath", () => {
  const sink = new MemorySink();
  consoleLogger({ sink }).error({ eventId: 7, history: "1 Started\n2 Scheduled" }, "It differs:\nexpected a\nactual b");
  assert.deepEqual(sink.lines, [
    "ERROR It differs: eventId=7",
    "    expected a",
    "    actual b",
    "    history:",
    "      1 Started",
    "      2 Scheduled",
    "",
  ]);
});

test("errors are shown with stack and causes, as a field or in the place of the fields", () => {
  const error = new TypeError("no", { cause: new RangeError("deeper") });
  for (const fields of [error, { err: error }]) {
    const sink = new MemorySink();
    consoleLogger({ sink }).error(fields, "failed");
    assert.deepEqual(sink.lines.slice(0, 3), ["ERROR failed", "    err:", "      TypeError: no"]);
    assert.match(sink.text, /\n {6} +at .*console-logger\.test\.ts/);
    assert.match(sink.text, /\[cause\]: RangeError: deeper/);
  }
});

test("text from elsewhere cannot forge lines, colours or the cursor", () => {
  const sink = new MemorySink();
  const instanceId = "a\u001b[2J\u001b]0;title\u0007\rb\u0000";
  consoleLogger({ sink }).info({ instanceId }, "red \u001b[31mmessage\u001b[0m\u0008");
  assert.doesNotMatch(sink.text, /[^\P{Cc}\n]/u);
  assert.equal(sink.lines[0], "INFO  red message\uFFFD");
});

test("colours are for terminals that want them", () => {
  const plain = new MemorySink();
  consoleLogger({ sink: plain }).warn({ a: 1 }, "careful");
  assert.ok(!plain.text.includes("\u001b"));
  const terminal = new MemorySink({ isTTY: true });
  consoleLogger({ sink: terminal }).warn({ a: 1 }, "careful");
  assert.ok(terminal.text.includes("\u001b[33mWARN \u001b[39m careful"));
  const colourless = Object.assign(new MemorySink({ isTTY: true }), { hasColors: () => false });
  consoleLogger({ sink: colourless }).warn({ a: 1 }, "careful");
  assert.ok(!colourless.text.includes("\u001b"));
});

test("an unknown level is refused", () => {
  assert.throws(() => consoleLogger({ level: "verbose" as never }), InvalidArgumentError);
});
