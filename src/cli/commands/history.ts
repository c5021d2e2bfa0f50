import { Command } from "commander";
import { describeEvent } from "../../replay/index.ts";
import { type Cli, globals, withStore } from "../cli.ts";
import { printTable } from "../table.ts";

interface Options {
  readonly execution?: string;
  readonly payloads: boolean;
}

export function historyCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("history")
    .description("print the events of an execution, as they are recorded")
    .argument("<id>", "the instance")
    .option("--execution <number>", "of this execution; otherwise of the current one")
    .option("--no-payloads", "leave out the values")
    .action(async (instanceId: string, options: Options, command: Command) =>
      withStore(cli, command, async ({ management }) => {
        const { execution } = options;
        const history = await management.history(instanceId, {
          ...(execution !== undefined && { executionId: Number(execution) }),
        });
        if (globals(command).json === true) return terminal.json(history);
        printTable(
          terminal,
          [
            { title: "EVENT", text: ({ eventId }) => String(eventId), align: "right" },
            { title: "AT", text: ({ at }) => new Date(at).toISOString() },
            { title: "KIND", text: ({ kind }) => terminal.paint("bold", kind) },
            { title: "ABOUT", text: (event) => terminal.paint("cyan", describeEvent(event)) },
            { title: "", text: (event) => terminal.paint("dim", options.payloads ? valueOf(event) : "") },
          ],
          history.events,
        );
      }),
    );
}

function valueOf(event: object): string {
  if ("payload" in event) return String(event.payload);
  return "failure" in event ? JSON.stringify(event.failure) : "";
}
