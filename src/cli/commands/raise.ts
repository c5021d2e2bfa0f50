import { Command } from "commander";
import { type Cli, globals, withStore } from "../cli.ts";
import { jsonArgument } from "../json-argument.ts";

export function raiseCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("raise")
    .description("raise an event at an instance; it reaches the waits that are open for it, and nobody else")
    .argument("<id>", "the instance")
    .argument("<event>", "the name of the event")
    .argument("[data]", "JSON, @file, or - for standard input; default null")
    .action(async (instanceId: string, event: string, argument: string | undefined, _: object, command: Command) =>
      withStore(cli, command, async ({ management }) => {
        await management.raiseEvent(instanceId, event, await jsonArgument(terminal, argument, "The data"));
        if (globals(command).json === true) terminal.json({ instanceId, event });
        else terminal.line(`Raised ${terminal.paint("bold", event)} at ${terminal.paint("bold", instanceId)}.`);
      }),
    );
}
