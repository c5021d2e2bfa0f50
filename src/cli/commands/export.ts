import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { countText } from "../../inspection/index.ts";
import { type Cli, withStore } from "../cli.ts";
import { Progress } from "../progress.ts";

interface Options {
  readonly output?: string;
  readonly redact?: boolean;
}

export function exportCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("export")
    .description("write all that there is of an instance and its children as one JSON file")
    .argument("<id>", "the instance")
    .option("-o, --output <file>", "where; default: standard output")
    .option("--redact", "leave out all values and the messages of errors")
    .action(async (instanceId: string, { output, redact = false }: Options, command: Command) =>
      withStore(cli, command, async ({ management }) => {
        using progress = new Progress(terminal);
        const file = await management.export(instanceId, {
          redact,
          onProgress: ({ exported, known }) => progress.part(exported, known, "instances"),
        });
        progress[Symbol.dispose]();
        if (output === undefined) return terminal.json(file);
        writeFileSync(output, `${JSON.stringify(file, null, 2)}\n`);
        terminal.note(`Wrote ${countText(file.instances.length, "instance")} to ${output}.`);
      }),
    );
}
