import { Command, Option } from "commander";
import { type Cli, globals, withStore } from "../cli.ts";
import { countText } from "../../inspection/index.ts";
import { CliError, exitCodes } from "../exit-codes.ts";
import { Progress } from "../progress.ts";

interface Options {
  readonly olderThan?: string;
  readonly status?: readonly ("completed" | "failed" | "cancelled" | "terminated")[];
  readonly instance?: string;
  readonly keep: string;
  readonly yes?: boolean;
}

export function pruneCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("prune")
    .description("remove instances that ended some time ago, with their families; or old executions of one instance")
    .option("--older-than <age>", "that ended longer ago than, such as 30d")
    .addOption(
      new Option("--status <status...>", "and ended so").choices(["completed", "failed", "cancelled", "terminated"]),
    )
    .option("--instance <id>", "instead, old executions of this instance, also while it runs")
    .option("--keep <number>", "so many executions of it stay", "1")
    .option("-y, --yes", "do not ask")
    .action(async (options: Options, command: Command) =>
      withStore(cli, command, async ({ management }) => {
        const { olderThan, status, instance, yes = false } = options;
        if ((olderThan === undefined) === (instance === undefined)) {
          throw new CliError(exitCodes.usage, "Prune what? Give --older-than or --instance, and not both.");
        }
        await terminal.confirm(
          instance === undefined
            ? `Remove all that ended more than ${olderThan ?? ""} ago?`
            : `Remove old executions of "${instance}"?`,
          yes,
        );
        using progress = new Progress(terminal);
        const onProgress = ({ instances }: { readonly instances: number }) => {
          progress.count(instances, "instances removed");
          if (cli.signal.aborted) throw new CliError(exitCodes.failed, `Stopped after ${instances} instances.`);
        };
        const result = await management.prune(
          instance === undefined
            ? { olderThan: olderThan as "1d", ...(status !== undefined && { status }), onProgress }
            : { instanceId: instance, keepExecutions: Number(options.keep) },
        );
        progress[Symbol.dispose]();
        if (globals(command).json === true) terminal.json(result);
        else
          terminal.line(
            `Removed: ${countText(result.instances, "instance")}, ${countText(result.executions, "execution")}`,
          );
      }),
    );
}
