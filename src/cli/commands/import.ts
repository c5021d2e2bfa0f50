import { Command } from "commander";
import type { ImportProgress } from "../../transfer/index.ts";
import { type Cli, globals, withStore } from "../cli.ts";
import { jsonArgument } from "../json-argument.ts";
import { Progress } from "../progress.ts";
import { countText } from "../../inspection/index.ts";

export function importCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("import")
    .description("put an exported file into a store: to be looked at, or to go on")
    .argument("<file>", "what perdure export wrote, or - for standard input")
    .option("--live", "go on with what has not ended; then it must not go on where it comes from")
    .option("-y, --yes", "do not ask")
    .action(async (file: string, { live = false, yes = false }: { live?: boolean; yes?: boolean }, command: Command) =>
      withStore(cli, command, async ({ management }) => {
        const json = await jsonArgument(terminal, file === "-" ? "-" : `@${file}`, "The file");
        if (live) await terminal.confirm("Go on with it here? It must not go on in the store that it comes from.", yes);
        using progress = new Progress(terminal);
        const onProgress = ({ checked, total }: ImportProgress) => progress.part(checked, total, "instances looked up");
        const importing = management.import(json, { as: live ? "live" : "inspection", onProgress });
        const result = await progress.during("storing", importing);
        progress[Symbol.dispose]();
        if (globals(command).json === true) return terminal.json(result);
        const present = result.present.length === 0 ? "" : `, there already: ${result.present.length}`;
        terminal.line(`Imported: ${countText(result.imported.length, "instance")}${present}`);
      }),
    );
}
