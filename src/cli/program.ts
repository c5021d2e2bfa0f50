import { readFileSync } from "node:fs";
import { Command } from "commander";
import type { Cli } from "./cli.ts";
import { actCommand } from "./commands/act.ts";
import { checkCommand } from "./commands/check.ts";
import { dashboardCommand } from "./commands/dashboard.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { exportCommand } from "./commands/export.ts";
import { historyCommand } from "./commands/history.ts";
import { importCommand } from "./commands/import.ts";
import { initCommand } from "./commands/init.ts";
import { listCommand } from "./commands/list.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { nodesCommand } from "./commands/nodes.ts";
import { pruneCommand } from "./commands/prune.ts";
import { quarantineCommand } from "./commands/quarantine.ts";
import { queuesCommand } from "./commands/queues.ts";
import { raiseCommand } from "./commands/raise.ts";
import { sendCommand } from "./commands/send.ts";
import { showCommand } from "./commands/show.ts";
import { startCommand } from "./commands/start.ts";
import { treeCommand } from "./commands/tree.ts";
import { watchCommand } from "./commands/watch.ts";
import { moveCommand } from "./commands/move.ts";
import { exampleText } from "./examples.ts";
import type { Streams } from "./terminal.ts";

/** Every command, with its help. */
export function programOf(cli: Cli, { stdout, stderr }: Streams): Command {
  const program = new Command("perdure")
    .description("See and steer durable orchestrations.")
    .version(packageVersion(), "-V, --perdure-version", "print the version of perdure")
    .option("-s, --store <store>", "the file, or postgres://...; or PERDURE_STORE")
    .option("--schema <schema>", "of PostgreSQL, if it is not perdure")
    .option("--json", "print JSON")
    .showHelpAfterError("(perdure --help says more)")
    .addHelpText("after", firstSteps);
  const commands = [
    listCommand(cli),
    showCommand(cli),
    historyCommand(cli),
    treeCommand(cli),
    watchCommand(cli),
    startCommand(cli),
    sendCommand(cli),
    raiseCommand(cli),
    actCommand(cli, "cancel"),
    actCommand(cli, "terminate"),
    actCommand(cli, "delete"),
    pruneCommand(cli),
    quarantineCommand(cli),
    queuesCommand(cli),
    nodesCommand(cli),
    checkCommand(cli),
    doctorCommand(cli),
    exportCommand(cli),
    importCommand(cli),
    moveCommand(cli),
    migrateCommand(cli),
    dashboardCommand(cli),
    initCommand(cli),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of everyCommand(program)) {
    if (command !== program) command.addHelpText("after", exampleText(fullName(command)));
    command.exitOverride().configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    });
  }
  return program;
}

/** The command, and all below it. */
export const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)];

/** As it is called: `quarantine release`. */
export function fullName(command: Command): string {
  const lead = command.parent?.parent == null ? "" : `${command.parent.name()} `;
  return `${lead}${command.name()}`;
}

function packageVersion(): string {
  const json = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  return json.version;
}

const firstSteps = `
Examples:
  $ export PERDURE_STORE=app.db
  $ perdure list --status failed --newer-than 1d
  $ perdure show order-42
  $ perdure send order-42 approvals true
  $ perdure terminate --name checkout --older-than 7d --reason "never paid"
  $ perdure dashboard

Exit codes: 0 done, 1 failed, 2 wrong call or not confirmed, 3 no such instance or store,
4 check or doctor found something, 5 in the wrong state for that.
`;
