import { styleText } from "node:util";
import { checksOf, type Check, entriesOf, type Evidence } from "./checks.ts";
import { type Ledger, type LedgerEntry, refOf } from "./cloud/resource.ts";
import type { Job } from "./job.ts";
import type { Outcome } from "./outcome.ts";
import { countEvents, type Crash, recordedCreations, replayed } from "./recovery.ts";
import { table } from "./table.ts";

/** Prints what came of each request, what the crash did to it, and the checks. Returns whether all of them hold. */
export function report(evidence: Evidence): boolean {
  const { ended, ledger, crash } = evidence;
  for (const { job, outcome } of ended) printJob(job, outcome, evidence);
  if (crash !== undefined) printRecovery(crash, ledger);
  printCloud(ledger);
  const checks = checksOf(evidence);
  printHeading("Checks, by the cloud's ledger");
  for (const check of checks) printCheck(check);
  console.log();
  return checks.every(({ holds }) => holds);
}

function printJob(job: Job, outcome: Outcome, { ledger, crash }: Evidence): void {
  const entries = entriesOf(job, ledger);
  printHeading(job.name, headlineOf(outcome, entries));
  const attempts = new Map(
    outcome.status === "completed" ? outcome.resources.map((resource) => [resource.id, resource.attempts]) : [],
  );
  const recorded = recordedCreations(crash?.histories ?? new Map());
  const rows = entries.map(({ resource, requestedAt, deletedAt }) => [
    resource.kind,
    resource.name,
    resource.id,
    `attempt ${resource.createdByAttempt}${attempts.has(resource.id) ? ` of ${attempts.get(resource.id)}` : ""}`,
    requestedAt.length === 1 ? "once" : `${requestedAt.length} times`,
    ...(crash === undefined ? [] : [whenCreated(resource, recorded.has(refOf(resource)), crash)]),
    deletedAt === null ? styleText("green", "exists") : styleText("yellow", "deleted"),
  ]);
  const heading = ["kind", "name", "cloud id", "created by", "requested", ...(crash ? ["created"] : []), "now"];
  if (rows.length > 0) console.log(table(heading, rows));
}

function headlineOf(outcome: Outcome, entries: readonly LedgerEntry[]): string {
  if (outcome.status === "completed") return styleText("green", `completed, $${outcome.monthlyCost} a month`);
  const failed = `${styleText("red", "failed")}: ${outcome.reason}`;
  if (entries.length === 0) return failed;
  const deleted = entries.filter(({ deletedAt }) => deletedAt !== null).length;
  const undone = `undone: ${deleted} of ${entries.length} resources deleted`;
  return `${failed}\n  ${styleText("yellow", undone)}`;
}

function whenCreated({ createdAt }: { readonly createdAt: number }, isRecorded: boolean, crash: Crash): string {
  if (isRecorded) return "before the crash";
  // The cloud had begun, and nobody had written it down: the next attempt got the same resource by its key.
  return createdAt < crash.restartedAt ? styleText("magenta", "across the crash") : "after the crash";
}

function printRecovery(crash: Crash, ledger: Ledger): void {
  const led = replayed(crash);
  const absorbed = ledger.entries.filter(
    ({ resource, requestedAt }) => resource.createdAt < crash.restartedAt && requestedAt.at(-1)! >= crash.restartedAt,
  );
  printHeading("The crash");
  printFacts([
    [led.size, "instances were open, and were taken over by the new worker"],
    [countEvents(led), "events were replayed from their histories"],
    [countEvents(led, "ActivityCompleted"), "activities in them had completed, and were not executed again"],
    [absorbed.length, "creations were cut in the middle, and their repetition was absorbed by its idempotency key"],
  ]);
}

function printCloud({ creations, deletions, duplicatesAbsorbed, weather }: Ledger): void {
  printHeading("The cloud");
  printFacts([
    [creations, `resources created, ${deletions} deleted`],
    [duplicatesAbsorbed, "duplicate requests absorbed"],
    [weather.rateLimited, "requests turned away by the rate limit"],
    [
      weather.unavailable + weather.dropped,
      `faults: ${weather.unavailable} times busy, ${weather.dropped} connections lost`,
    ],
  ]);
}

function printCheck({ holds, claim }: Check): void {
  console.log(`  ${holds ? styleText("green", "✓") : styleText("red", "✗")} ${claim}`);
}

function printFacts(facts: readonly (readonly [count: number, of: string])[]): void {
  for (const [count, of] of facts) console.log(`  ${String(count).padStart(4)} ${of}`);
}

function printHeading(title: string, text = ""): void {
  console.log(`\n${styleText("bold", title)}  ${text}`.trimEnd());
}
