import { Command } from "commander";
import { type Cli, globals, withStore } from "../cli.ts";
import { agoText } from "../../inspection/index.ts";
import { printTable } from "../table.ts";

export function queuesCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("queues")
    .description("show what waits in the queues, and since when")
    .action(async (_options: object, command: Command) =>
      withStore(cli, command, async ({ management }) => {
        const queues = await management.queues();
        if (globals(command).json === true) return terminal.json(queues);
        const { instances, messages, work, timers, storeNow } = queues;
        const since = (at: string | null) => (at === null ? "" : `, the oldest since ${agoText(at, storeNow)}`);
        terminal.line(`Instances with messages: ${instances.ready}${since(instances.oldestReadyAt)}`);
        terminal.line(`Instances in memory: ${instances.owned}`);
        if (instances.quarantined > 0)
          terminal.line(terminal.paint("magenta", `In quarantine: ${instances.quarantined}`));
        terminal.line(`Messages: ${messages}`);
        const next = timers.nextDueAt === null ? "" : `, the next ${agoText(timers.nextDueAt, storeNow)}`;
        terminal.line(`Timers: ${timers.waiting}${next}`);
        if (work.length === 0) return;
        terminal.line();
        printTable(
          terminal,
          [
            { title: "QUEUE", text: ({ queue }) => terminal.paint("bold", queue) },
            { title: "ACTIVITY", text: ({ name }) => terminal.paint("bold", name) },
            { title: "WAITING", text: ({ waiting }) => String(waiting), align: "right" },
            { title: "RUNNING", text: ({ running }) => String(running), align: "right" },
            { title: "DELAYED", text: ({ delayed }) => String(delayed), align: "right" },
            { title: "RETRIED", text: ({ retried }) => String(retried), align: "right" },
            {
              title: "OLDEST",
              text: ({ oldestVisibleAt }) => (oldestVisibleAt === null ? "" : agoText(oldestVisibleAt, storeNow)),
            },
            { title: "", text: ({ isServed }) => (isServed ? "" : terminal.paint("red", "no live node has it")) },
          ],
          work,
        );
      }),
    );
}
