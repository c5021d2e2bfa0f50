import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { type AnyOrchestration, isDefinition } from "../../definition/index.ts";
import { checkReplay, type CheckReport } from "../../testing/index.ts";
import { type Cli, globals, withStore } from "../cli.ts";
import { CliError, exitCodes } from "../exit-codes.ts";

export function checkCommand(cli: Cli): Command {
  const { terminal } = cli;
  return new Command("check")
    .description("would the running instances go on with this code? reads, and changes nothing")
    .argument("<module>", "a file that exports the orchestrations, one by one or in lists")
    .option("--name <name>", "only instances of this orchestration")
    .action(async (module: string, { name }: { readonly name?: string }, command: Command) =>
      withStore(cli, command, async ({ provider }) => {
        const orchestrations = await orchestrationsIn(module);
        const report = await checkReplay({
          provider,
          orchestrations,
          ...(name !== undefined && { name }),
          onProgress: ({ checked, failed }) => terminal.progress(`${checked} checked, ${failed} would not go on`),
        });
        terminal.progress(null);
        if (!report.ok) cli.setExitCode(exitCodes.findings);
        if (globals(command).json === true) terminal.json(withMessages(report));
        else terminal.line(terminal.paint(report.ok ? "green" : "red", String(report)));
      }),
    );
}

async function orchestrationsIn(module: string): Promise<AnyOrchestration[]> {
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(resolve(module)).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new CliError(exitCodes.usage, `${module} cannot be loaded: ${(cause as Error).message}`);
  }
  const found = Object.values(exported)
    .flat()
    .filter((value): value is AnyOrchestration => isDefinition(value, "orchestration"));
  if (found.length > 0) return [...new Set(found)];
  throw new CliError(exitCodes.usage, `${module} exports no orchestration. Export them, one by one or in a list.`);
}

function withMessages({ ok, checked, failed, counts, failures }: CheckReport) {
  const shown = failures.map(({ error, ...failure }) => ({ ...failure, code: error?.code, message: error?.message }));
  return { ok, checked, failed, counts, failures: shown };
}
