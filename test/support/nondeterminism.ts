import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { NondeterminismError } from "../../src/errors/index.ts";
import type { HistoryEvent, ReceivedDraft } from "../../src/history/index.ts";
import type { Outcome } from "../../src/replay/index.ts";
import { type Body, engineFor, live } from "./replay-harness.ts";

export interface Report {
  readonly eventId: number;
  readonly expected: string | RegExp;
  readonly actual: string | RegExp;
  /** Text on the source line that the report has to point at. */
  readonly line: string;
}

/** Writes a history with one function, and leads another one through it. */
export async function replayChanged(
  was: Body,
  is: Body,
  turns: readonly (readonly ReceivedDraft[])[],
): Promise<Outcome> {
  const { history } = await live(was, turns);
  assert.equal(
    (await engineFor(was).replay(history)).kind,
    history.at(-1) && (await live(was, turns)).last.outcome.kind,
  );
  return await replayOver(is, history);
}

export function replayOver(is: Body, history: readonly HistoryEvent[]): Promise<Outcome> {
  return engineFor(is, { traced: true, definedAt: "somewhere (defined.ts:1:1)" }).replay(history);
}

/** The outcome is a report of just this, in all of its parts, pointing at a line of the given test file. */
export function assertReports(outcome: Outcome, report: Report, testFile: string): void {
  assert.equal(outcome.kind, "fault");
  const error = outcome.kind === "fault" && outcome.error;
  assert.ok(error instanceof NondeterminismError, String(error));
  assert.equal(error.eventId, report.eventId, error.message);
  assertMatches(error.expected, report.expected);
  assertMatches(error.actual, report.actual);
  const lines = error.message.split("\n");
  assert.equal(lines[1], `  event ${report.eventId}`);
  assert.equal(lines[2], `  expected (history): ${error.expected}`);
  assert.equal(lines[3], `  actual (code):      ${error.actual}`);
  const [, file, line] = /^ {2}(?:at|after): .*?file:\/\/(.*?):(\d+):\d+\)?$/.exec(lines[4] ?? "") ?? [];
  assert.equal(file, testFile, lines[4]);
  const source = readFileSync(testFile, "utf8").split("\n")[Number(line) - 1] ?? "";
  assert.ok(source.includes(report.line), `the report points at: ${source.trim()}`);
}

function assertMatches(actual: string, expected: string | RegExp): void {
  if (typeof expected === "string") assert.equal(actual, expected);
  else assert.match(actual, expected);
}
