import { Command } from "commander";
import type { Failure } from "../../errors/index.ts";
import type { InstanceReport, OperationView } from "../../management/index.ts";
import { type Cli, globals, withStore } from "../cli.ts";
import { agoText, countText, spanText } from "../../inspection/index.ts";
import { statusText } from "../status-text.ts";
import { printTable } from "../table.ts";
import type { Terminal } from "../terminal.ts";

export function showCommand(cli: Cli): Command {
  return new Command("show")
    .description("show an instance: where it stands, what it waits for, what it has done")
    .argument("<id>", "the instance")
    .action(async (instanceId: string, _options: object, command: Command) =>
      withStore(cli, command, async ({ management }) => {
        const report = await management.describe(instanceId);
        if (globals(command).json === true) cli.terminal.json(report);
        else printReport(cli.terminal, report);
      }),
    );
}

function printReport(terminal: Terminal, report: InstanceReport): void {
  const { instance, execution, waits, storeNow, owner, damage, queuedMessages, claims } = report;
  const { instanceId, name, version, parent, executionId, customStatus } = instance;
  const field = (title: string, text: string) => terminal.line(`${terminal.paint("dim", title.padEnd(14))}${text}`);
  terminal.line(`${terminal.paint("bold", instanceId)}  ${statusText(terminal, instance)}`);
  field("orchestration", terminal.paint("cyan", `${name}@${version ?? "*"}`));
  if (parent !== null) field("parent", terminal.paint("bold", parent.instanceId));
  field("started", `${instance.createdAt} (${agoText(instance.createdAt, storeNow)})`);
  if (executionId > 1) field("execution", `${executionId} of this instance`);
  if (owner !== null) field("node", owner);
  if (queuedMessages > 0) field("queued", countText(queuedMessages, "message"));
  if (claims > 1) field("claims", `${claims} since its last commit`);
  if (customStatus !== null) field("custom status", terminal.paint("bold", customStatus));
  if (execution !== null) {
    field("input", terminal.paint("bold", clipped(execution.input)));
    if (execution.result !== null) field("result", terminal.paint("bold", clipped(execution.result)));
    if (execution.failure !== null) printFailure(terminal, execution.failure);
  }
  if (damage !== null) field("damage", terminal.paint("red", damage));
  for (const { text, until, isStuck } of waits) {
    const when = until === null ? "" : terminal.paint("dim", `  (${agoText(until, storeNow)})`);
    field("waits for", `${terminal.paint(isStuck ? "red" : "yellow", text)}${when}`);
  }
  if (execution !== null && execution.operations.length > 0) {
    printTimeline(terminal, execution.operations, storeNow);
    printAttempts(terminal, execution.operations);
  }
}

function printTimeline(terminal: Terminal, operations: readonly OperationView[], storeNow: string): void {
  const shown = operations.slice(-operationsShown);
  terminal.line();
  if (shown.length < operations.length) {
    terminal.note(`The last ${shown.length} of ${operations.length}: perdure history has all.`);
  }
  const tookMs = ({ startedAt, endedAt }: OperationView) => Date.parse(endedAt ?? storeNow) - Date.parse(startedAt);
  printTable(
    terminal,
    [
      { title: "EVENT", text: ({ eventId }) => String(eventId), align: "right" },
      { title: "WHAT", text: ({ kind }) => kind },
      { title: "NAME", text: ({ name, childId }) => terminal.paint("bold", childId ?? name) },
      { title: "OUTCOME", text: ({ outcome }) => terminal.paint(outcomeStyles[outcome], outcome) },
      { title: "AT", text: ({ startedAt }) => startedAt },
      { title: "TOOK", text: (operation) => spanText(tookMs(operation)), align: "right" },
      { title: "", text: (operation) => terminal.paint("dim", remarkOn(operation)) },
    ],
    shown,
  );
}

const operationsShown = 100;

const outcomeStyles = {
  open: "yellow",
  completed: "green",
  failed: "red",
  timedOut: "red",
  cancelled: "yellow",
  closed: "dim",
} as const;

function remarkOn({ failure, work, attempts, failedAttempts }: OperationView): string {
  if (failure !== null)
    return `${failureText(failure)}${attempts === null ? "" : ` (${countText(attempts, "attempt")})`}`;
  const last = failedAttempts.at(-1);
  if (work === null) return last === undefined ? "" : `attempt ${last.attempt + 1}, after ${failureText(last.failure)}`;
  if (last === undefined) return work.attempt === 1 ? "" : `attempt ${work.attempt}`;
  return `attempt ${work.attempt}, after ${failureText(last.failure)}`;
}

/** Those that were tried more than once: how each attempt failed, one below the other. */
function printAttempts(terminal: Terminal, operations: readonly OperationView[]): void {
  const retried = operations.filter(({ failedAttempts, work }) => failedAttempts.length + (work === null ? 0 : 1) > 1);
  const rows = retried.flatMap(({ eventId, name, failedAttempts }) =>
    failedAttempts.map((attempt) => ({ eventId, name, ...attempt })),
  );
  if (rows.length === 0) return;
  terminal.line();
  printTable(
    terminal,
    [
      { title: "EVENT", text: ({ eventId }) => String(eventId), align: "right" },
      { title: "NAME", text: ({ name }) => terminal.paint("bold", name) },
      { title: "ATTEMPT", text: ({ attempt }) => String(attempt), align: "right" },
      { title: "FAILED AT", text: ({ at }) => at },
      { title: "NODE", text: ({ node }) => terminal.paint("dim", node ?? "") },
      { title: "WITH", text: ({ failure }) => terminal.paint("red", failureText(failure)) },
    ],
    rows.slice(-operationsShown),
  );
}

function failureText({ name, code, message }: Failure): string {
  return `${name}${code === undefined ? "" : ` [${code}]`}: ${firstLine(message)}`;
}

function printFailure(terminal: Terminal, failure: Failure): void {
  let title = "failure";
  for (let cause: Failure | undefined = failure; cause !== undefined; cause = cause.cause) {
    const code = cause.code === undefined ? "" : ` [${cause.code}]`;
    terminal.line(
      `${terminal.paint("dim", title.padEnd(14))}${terminal.paint("red", `${cause.name}${code}: ${cause.message}`)}`,
    );
    title = "  caused by";
  }
}

const firstLine = (text: string) => clipped(text.split("\n", 1)[0] ?? "", 100);
const clipped = (text: string, length = 1_000) => (text.length > length ? `${text.slice(0, length)}…` : text);
