import { Command } from "commander";
import { type Cli, globals, withStore } from "../cli.ts";
import { agoText } from "../../inspection/index.ts";
import { printTable } from "../table.ts";

export function nodesCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("nodes")
    .description("show the nodes: their leases, what they can run, and what they have in hand")
    .action(async (_options: object, command: Command) =>
      withStore(cli, command, async ({ management, provider }) => {
        const nodes = await management.nodes();
        if (globals(command).json === true) return terminal.json({ nodes });
        if (nodes.length === 0) return terminal.note("No node has a lease.");
        const now = new Date(provider.now()).toISOString();
        printTable(
          terminal,
          [
            { title: "NODE", text: ({ nodeId }) => terminal.paint("bold", nodeId) },
            {
              title: "LEASE",
              text: ({ isLive, leaseUntil }) =>
                terminal.paint(isLive ? "green" : "red", `${isLive ? "ends" : "ended"} ${agoText(leaseUntil, now)}`),
            },
            { title: "INSTANCES", text: ({ instances }) => String(instances), align: "right" },
            { title: "WORK", text: ({ work }) => String(work), align: "right" },
            {
              title: "CAN RUN",
              text: (node) => terminal.paint("dim", [...node.orchestrations, ...node.activities].join(" ")),
            },
          ],
          nodes,
        );
      }),
    );
}
