import { Command } from "commander";
import type { Finding } from "../../management/index.ts";
import { type Cli, globals, withStore } from "../cli.ts";
import { exitCodes } from "../exit-codes.ts";

const styles = { ok: "green", warning: "yellow", problem: "red" } as const;
const marks = { ok: "✓", warning: "!", problem: "✗" } as const;

export function doctorCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("doctor")
    .description("look for what is wrong with a store and its nodes, and say what to do about it")
    .action(async (_options: object, command: Command) =>
      withStore(cli, command, async ({ management }) => {
        const diagnosis = await management.diagnose();
        const { findings } = diagnosis;
        if (findings.some(({ level }) => level === "problem")) cli.setExitCode(exitCodes.findings);
        if (globals(command).json === true) return terminal.json(diagnosis);
        for (const finding of findings) print(finding);
      }),
    );

  function print({ level, what, advice }: Finding): void {
    terminal.line(terminal.paint(styles[level], `${marks[level]} ${what}`));
    if (advice !== null) terminal.line(`  ${terminal.paint("dim", advice)}`);
  }
}
