import { Command } from "commander";
import { type Cli, globals } from "../cli.ts";
import { openStore, storeOf } from "../open-store.ts";

export function migrateCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("migrate")
    .description("make a store, or bring it up to this release")
    .option("--verify", "only say whether it is; nothing is changed")
    .action(async ({ verify = false }: { readonly verify?: boolean }, command: Command) => {
      const options = { ...globals(command), env: terminal.env };
      await using provider = await openStore({ ...options, mayMigrate: !verify });
      if (globals(command).json === true) terminal.json({ store: provider.kind, isCurrent: true });
      else terminal.line(`${storeOf(options)} is up to date.`);
    });
}
