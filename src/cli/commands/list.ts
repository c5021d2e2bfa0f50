import { Command } from "commander";
import type { InstanceView } from "../../management/index.ts";
import { type Cli, globals, withStore } from "../cli.ts";
import { filterFrom, type FilterOptions, withFilterOptions } from "../filter-options.ts";
import { statusText } from "../status-text.ts";
import { agoText } from "../../inspection/index.ts";
import { type Column, printTable } from "../table.ts";

interface Options extends FilterOptions {
  readonly limit: string;
  readonly cursor?: string;
  readonly count?: boolean;
}

export function listCommand(cli: Cli): Command {
  const { terminal } = cli;
  return withFilterOptions(new Command("list"))
    .description("list instances, newest first")
    .option("--limit <number>", "at most this many, up to 1000", "50")
    .option("--cursor <cursor>", "go on after the page that ended with this cursor")
    .option("--count", "only say how many there are")
    .action(async (options: Options, command: Command) =>
      withStore(cli, command, async ({ management, provider }) => {
        const { json } = globals(command);
        const filter = filterFrom(options, provider.now());
        if (options.count === true) {
          const count = await management.count(filter);
          return json === true ? terminal.json({ count }) : terminal.line(String(count));
        }
        const page = { limit: Number(options.limit), ...(options.cursor !== undefined && { cursor: options.cursor }) };
        const list = await management.list({ ...filter, ...page });
        if (json === true) return terminal.json(list);
        if (list.instances.length === 0) return terminal.note("There is no such instance.");
        printTable(terminal, columnsAt(new Date(provider.now()).toISOString()), list.instances);
        if (list.cursor !== null) terminal.note(`There are more: --cursor ${list.cursor}`);
      }),
    );

  function columnsAt(now: string): Column<InstanceView>[] {
    return [
      { title: "INSTANCE", text: ({ instanceId }) => terminal.paint("bold", instanceId) },
      { title: "ORCHESTRATION", text: ({ name, version }) => terminal.paint("dim", `${name}@${version ?? "*"}`) },
      { title: "STATUS", text: (instance) => statusText(terminal, instance) },
      { title: "STARTED", text: ({ createdAt }) => agoText(createdAt, now) },
      { title: "CHANGED", text: ({ updatedAt }) => agoText(updatedAt, now) },
    ];
  }
}
