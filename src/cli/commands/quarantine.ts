import { Command } from "commander";
import { type Cli, globals, withStore } from "../cli.ts";
import { agoText } from "../../inspection/index.ts";
import { printTable } from "../table.ts";

export function quarantineCommand(cli: Cli): Command {
  return new Command("quarantine")
    .description("instances that were set aside because they harm the nodes that run them")
    .addCommand(quarantineListCommand(cli), { isDefault: true })
    .addCommand(quarantineReleaseCommand(cli));
}

function quarantineListCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("list")
    .description("list them, with the reason")
    .option("--limit <number>", "at most this many", "50")
    .action(async ({ limit }: { readonly limit: string }, command: Command) =>
      withStore(cli, command, async ({ management, provider }) => {
        const list = await management.list({ quarantined: true, limit: Number(limit) });
        if (globals(command).json === true) return terminal.json(list);
        if (list.instances.length === 0) return terminal.note("Nothing is in quarantine.");
        const now = new Date(provider.now()).toISOString();
        printTable(
          terminal,
          [
            { title: "INSTANCE", text: ({ instanceId }) => terminal.paint("bold", instanceId) },
            { title: "ORCHESTRATION", text: ({ name, version }) => terminal.paint("dim", `${name}@${version ?? "*"}`) },
            { title: "CHANGED", text: ({ updatedAt }) => agoText(updatedAt, now) },
            { title: "WHY", text: ({ quarantine }) => terminal.paint("magenta", quarantine ?? "") },
          ],
          list.instances,
        );
      }),
    );
}

function quarantineReleaseCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("release")
    .description("give them another chance; do it when the cause is mended")
    .argument("<id...>", "instances")
    .action(async (ids: readonly string[], _options: object, command: Command) =>
      withStore(cli, command, async ({ management }) => {
        for (const instanceId of ids) await management.act(instanceId, { action: "release" });
        if (globals(command).json === true) terminal.json({ instanceIds: ids });
        else terminal.line(`Released: ${ids.length}`);
      }),
    );
}
