import { Command } from "commander";
import type { FamilyView } from "../../management/index.ts";
import { type Cli, globals, withStore } from "../cli.ts";
import { statusText } from "../status-text.ts";

export function treeCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("tree")
    .description("show the family of an instance: its parents, children, and theirs")
    .argument("<id>", "any member of the family")
    .action(async (instanceId: string, _options: object, command: Command) =>
      withStore(cli, command, async ({ management }) => {
        const tree = await management.family(instanceId);
        if (globals(command).json === true) return terminal.json(tree);
        print(tree.root, instanceId, "", "");
        if (tree.isTruncated) terminal.note("There are more members than are shown.");
      }),
    );

  function print(member: FamilyView, chosen: string, lead: string, indent: string): void {
    const { instanceId, name, version, children } = member;
    const mark = instanceId === chosen ? terminal.paint("yellow", " <") : "";
    const title = `${terminal.paint("bold", instanceId)}  ${terminal.paint("dim", `${name}@${version ?? "*"}`)}`;
    terminal.line(`${lead}${title}  ${statusText(terminal, member)}${mark}`);
    for (const [index, child] of children.entries()) {
      const isLast = index === children.length - 1;
      print(child, chosen, `${indent}${isLast ? "└─ " : "├─ "}`, `${indent}${isLast ? "   " : "│  "}`);
    }
  }
}
