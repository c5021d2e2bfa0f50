import { Command } from "commander";
import { type Cli, globals, withStore } from "../cli.ts";
import { jsonArgument } from "../json-argument.ts";

interface Options {
  readonly id?: string;
  readonly orchestrationVersion?: string;
}

export function startCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("start")
    .description("start an instance of an orchestration")
    .argument("<orchestration>", "its name")
    .argument("[input]", "JSON, @file, or - for standard input; default null")
    .option("--id <id>", "the instance's id; one that is in use is refused. Default: a random one")
    .option("--orchestration-version <version>", "exactly this version; default: the latest on the node that takes it")
    .action(async (name: string, argument: string | undefined, options: Options, command: Command) =>
      withStore(cli, command, async ({ management }) => {
        const input = await jsonArgument(terminal, argument, "The input");
        const { id, orchestrationVersion: version } = options;
        const started = await management.start(name, input, {
          onConflict: "fail",
          ...(id !== undefined && { instanceId: id }),
          ...(version !== undefined && { version }),
        });
        if (globals(command).json === true) terminal.json(started);
        else terminal.line(terminal.paint("bold", started.instanceId));
      }),
    );
}
