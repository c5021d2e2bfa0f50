import { Command } from "commander";
import { type Cli, globals, withStore } from "../cli.ts";
import { jsonArgument } from "../json-argument.ts";

export function sendCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("send")
    .description("put a message into a mailbox of an instance, where it stays until it is received")
    .argument("<id>", "the instance")
    .argument("<mailbox>", "the name of the mailbox")
    .argument("[data]", "JSON, @file, or - for standard input; default null")
    .action(async (instanceId: string, mailbox: string, argument: string | undefined, _: object, command: Command) =>
      withStore(cli, command, async ({ management }) => {
        await management.send(instanceId, mailbox, await jsonArgument(terminal, argument, "The data"));
        if (globals(command).json === true) terminal.json({ instanceId, mailbox });
        else
          terminal.line(`Sent to mailbox ${terminal.paint("bold", mailbox)} of ${terminal.paint("bold", instanceId)}.`);
      }),
    );
}
