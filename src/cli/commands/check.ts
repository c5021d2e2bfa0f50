import { Command } from "commander";
import { type Cli, globals, withStore } from "../cli.ts";
import { exitCodes } from "../exit-codes.ts";
import { loadOrchestrations } from "../load-orchestrations.ts";
import { Progress } from "../progress.ts";

export function checkCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("check")
    .description("would the running instances go on with this code? reads, and changes nothing")
    .argument("<module>", "a file that exports the orchestrations, one by one, in lists or in objects")
    .option("--name <name>", "only instances of this orchestration")
    .action(async (module: string, { name }: { readonly name?: string }, command: Command) =>
      withStore(cli, command, async ({ management }) => {
        const orchestrations = await loadOrchestrations(module);
        using progress = new Progress(terminal);
        const report = await management.check({
          orchestrations,
          signal: cli.signal,
          ...(name !== undefined && { name }),
          onProgress: ({ checked, failed }) => progress.count(checked, `checked, ${failed} would not go on`),
        });
        progress[Symbol.dispose]();
        if (!report.ok) cli.setExitCode(exitCodes.findings);
        if (globals(command).json === true) terminal.json(report);
        else terminal.line(terminal.paint(report.ok ? "green" : "red", report.text));
      }),
    );
}
