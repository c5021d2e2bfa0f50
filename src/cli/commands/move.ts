import { Command } from "commander";
import { SchemaVersionError } from "../../errors/index.ts";
import { countText } from "../../inspection/index.ts";
import type { Provider, StoreCounts } from "../../providers/contract.ts";
import { abandonMove, moveInstances, previewMove } from "../../transfer/index.ts";
import { type Cli, globals, withStore } from "../cli.ts";
import { CliError, exitCodes } from "../exit-codes.ts";
import { openStore, type OpenStoreOptions, storeOf } from "../open-store.ts";
import { Progress } from "../progress.ts";

interface Options {
  readonly toSchema?: string;
  readonly dryRun?: boolean;
  readonly abandon?: boolean;
  readonly yes?: boolean;
}

export function moveCommand(cli: Cli): Command {
  return new Command("move")
    .description("move everything into another store, such as from a file to PostgreSQL; no node may run on either")
    .argument("<to>", "the store to move into: a file, or postgres://...; it is made if it is not there")
    .option("--to-schema <schema>", "of PostgreSQL there, if it is not perdure")
    .option("--dry-run", "only say what would be moved, and what is in the way")
    .option("--abandon", "undo a move that was begun and not finished")
    .option("-y, --yes", "do not ask")
    .action(async (to: string, options: Options, command: Command) =>
      withStore(cli, command, async ({ provider: from }) => {
        const { dryRun = false, abandon = false, toSchema } = options;
        const place = { store: to, env: {}, ...(toSchema !== undefined && { schema: toSchema }) };
        const fromName = withoutPassword(storeOf({ ...globals(command), env: cli.terminal.env }));
        const call = { from, place, fromName, toName: withoutPassword(to), yes: options.yes ?? false };
        const { result, lines } = await (dryRun
          ? previewed(cli, call)
          : abandon
            ? abandoned(cli, call)
            : moved(cli, call));
        if (globals(command).json === true) cli.terminal.json(result);
        else for (const line of lines) cli.terminal.line(line);
      }),
    );
}

interface MoveCall {
  readonly from: Provider;
  readonly place: OpenStoreOptions;
  readonly fromName: string;
  readonly toName: string;
  readonly yes: boolean;
}

/** As JSON, and in words. */
interface Told {
  readonly result: object;
  readonly lines: readonly string[];
}

async function previewed(cli: Cli, { from, place, fromName, toName }: MoveCall): Promise<Told> {
  const { terminal } = cli;
  await using to = await openIfThere(place);
  const result = await previewMove({ from, to });
  const { moving, isBegun, obstacles } = result;
  if (obstacles.length > 0) cli.setExitCode(exitCodes.conflict);
  const lines = [
    `From ${fromName} to ${toName}: ${countsText(moving)}.`,
    ...(to === null ? [`${toName} is not there yet, and will be made.`] : []),
    ...(isBegun ? ["The move was begun, and will go on where it was interrupted."] : []),
    ...obstacles.map((obstacle) => terminal.paint("red", `✗ ${obstacle}`)),
    ...(obstacles.length === 0 ? [terminal.paint("green", "✓ Nothing is in the way.")] : []),
  ];
  return { result, lines };
}

async function abandoned({ terminal }: Cli, { from, place, fromName, toName, yes }: MoveCall): Promise<Told> {
  await terminal.confirm(`Remove from ${toName} what was moved into it, and go back to ${fromName}?`, yes);
  await using to = await openStore(place);
  await abandonMove({ from, to });
  return { result: { abandoned: true }, lines: [`${fromName} can be used again.`] };
}

async function moved({ terminal, signal }: Cli, { from, place, fromName, toName, yes }: MoveCall): Promise<Told> {
  const { instances } = await from.transfer.count();
  const what = `Move ${countText(instances, "instance")} from ${fromName} to ${toName}?`;
  await terminal.confirm(`${what} The old store cannot be used after that.`, yes);
  await using to = await openStore({ ...place, mayMigrate: true });
  using progress = new Progress(terminal);
  const result = await moveInstances({
    from,
    to,
    onProgress: ({ moved: done, total }) => {
      progress.part(done, total, "instances");
      if (signal.aborted && done < total) throw new CliError(exitCodes.failed, stoppedOnTheWay);
    },
  });
  const earlier = result.found === 0 ? "" : ` (${countText(result.found, "instance")} by an earlier call)`;
  const next = `Start the nodes on ${toName} now: ${fromName} refuses them.`;
  return { result, lines: [`Moved to ${toName}: ${countsText(result.moved)}${earlier}.`, next] };
}

const stoppedOnTheWay = "Stopped on the way. Make the same call again to go on, or add --abandon to go back.";

/** Null for a store that a move would make. */
async function openIfThere(place: OpenStoreOptions): Promise<Provider | null> {
  try {
    return await openStore(place);
  } catch (error) {
    const isAbsent = error instanceof CliError && error.exitCode === exitCodes.notFound;
    if (isAbsent || error instanceof SchemaVersionError) return null;
    throw error;
  }
}

const countsText = ({ instances, events, messages, workItems, timers, stateKeys }: StoreCounts): string =>
  [
    countText(instances, "instance"),
    countText(events, "event"),
    countText(messages, "message"),
    countText(workItems, "work item"),
    countText(timers, "timer"),
    countText(stateKeys, "state key"),
  ].join(", ");

const withoutPassword = (store: string): string => store.replace(/^(postgres(?:ql)?:\/\/[^:@/]*):[^@]*@/, "$1@");
