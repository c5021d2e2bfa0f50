import { Command } from "commander";
import type { ActionKind, BulkResult, InstanceAction } from "../../management/index.ts";
import { type Cli, globals, type OpenedStore, withStore } from "../cli.ts";
import { CliError, exitCodes } from "../exit-codes.ts";
import { filterFrom, type FilterOptions, isFiltered, withFilterOptions } from "../filter-options.ts";
import { countText } from "../../inspection/index.ts";
import { Progress } from "../progress.ts";

interface Options extends FilterOptions {
  readonly reason?: string;
  readonly force?: boolean;
  readonly yes?: boolean;
}

interface Wording {
  readonly description: string;
  /** As in `Terminate 3 instances?` */
  readonly verb: string;
  readonly done: string;
}

const wordings: Readonly<Record<Exclude<ActionKind, "release">, Wording>> = {
  cancel: {
    description: "ask instances to cancel: they may still clean up, and their children are cancelled too",
    verb: "Cancel",
    done: "Asked to cancel",
  },
  terminate: {
    description: "end instances at once, without running their code again",
    verb: "Terminate",
    done: "Terminated",
  },
  delete: {
    description: "remove instances and their children from the store, with all their history",
    verb: "Delete",
    done: "Deleted",
  },
};

/** `cancel`, `terminate` and `delete`: of instances by id, or of all that a filter finds. */
export function actCommand(cli: Cli, action: Exclude<ActionKind, "release">): Command {
  const { terminal } = cli;
  const { description, verb, done } = wordings[action];
  const command = withFilterOptions(new Command(action))
    .description(description)
    .argument("[id...]", "instances; or give a filter, and it is done to all that it finds")
    .option("-y, --yes", "do not ask");
  if (action === "delete") command.option("--force", "also what has not ended");
  else command.option("--reason <text>", "why; it is recorded");
  return command.action(async (ids: readonly string[], options: Options, self: Command) =>
    withStore(cli, self, async (store) => {
      const { reason, force, yes = false } = options;
      const filter = filterFrom(options, store.provider.now());
      if (ids.length > 0 === isFiltered(filter)) {
        throw new CliError(exitCodes.usage, `${verb} what? Give ids, or a filter, and not both.`);
      }
      const request = { action, ...(reason !== undefined && { reason }), ...(force !== undefined && { force }) };
      const count = ids.length > 0 ? ids.length : (await store.management.previewBulk(filter)).count;
      if (count === 0) throw new CliError(exitCodes.notFound, "There is no such instance.");
      const what = ids.length === 1 ? `"${ids[0]}"` : countText(count, "instance");
      await terminal.confirm(`${verb} ${what}?`, yes);
      const result =
        ids.length > 0 ? await actOnEach(store, ids, request) : await actOnAll(store, filter, request, count);
      if (globals(self).json === true) terminal.json(result);
      else terminal.line(`${done}: ${result.done}${result.failed === 0 ? "" : `, failed: ${result.failed}`}`);
      for (const { instanceId, message } of result.failures)
        terminal.note(`${terminal.paint("bold", instanceId)}: ${message}`);
      if (result.failed > 0) cli.setExitCode(exitCodes.conflict);
    }),
  );

  async function actOnAll(
    { management }: OpenedStore,
    filter: ReturnType<typeof filterFrom>,
    request: InstanceAction,
    count: number,
  ): Promise<BulkResult> {
    using progress = new Progress(terminal);
    return await management.actOnAll({
      filter,
      ...request,
      onProgress: ({ done, failed }) => {
        progress.part(done + failed, count, "instances");
        if (cli.signal.aborted) throw new CliError(exitCodes.failed, `Stopped after ${done + failed} of ${count}.`);
      },
    });
  }
}

// One after the other, and the first that does not work says so.
async function actOnEach(
  { management }: OpenedStore,
  ids: readonly string[],
  request: InstanceAction,
): Promise<BulkResult> {
  for (const instanceId of ids) await management.act(instanceId, request);
  return { done: ids.length, failed: 0, failures: [] };
}
