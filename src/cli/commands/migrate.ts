import { Command } from "commander";
import { type Cli, globals } from "../cli.ts";
import { openStore, storeOf } from "../open-store.ts";
import { Progress } from "../progress.ts";

export function migrateCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("migrate")
    .description("make a store, or bring it up to this release")
    .option("--verify", "only say whether it is; nothing is changed")
    .action(async ({ verify = false }: { readonly verify?: boolean }, command: Command) => {
      const options = { ...globals(command), env: terminal.env };
      using progress = new Progress(terminal);
      const opening = openStore({ ...options, mayMigrate: !verify });
      await using provider = await progress.during(
        `${verify ? "looking at" : "bringing up to date"} the store`,
        opening,
      );
      progress[Symbol.dispose]();
      if (globals(command).json === true) terminal.json({ store: provider.kind, isCurrent: true });
      else terminal.line(`${storeOf(options)} is up to date.`);
    });
}
