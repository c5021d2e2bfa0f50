import { Command } from "commander";
import type { HistoryEvent } from "../../history/index.ts";
import { describeEvent } from "../../replay/index.ts";
import { type Cli, globals, type OpenedStore, withStore } from "../cli.ts";

const longestWaitMs = 2_000;

export function watchCommand(cli: Cli): Command {
  const { terminal, signal } = cli;
  return new Command("watch")
    .description("print the events of an instance as they come, until it has ended")
    .argument("<id>", "the instance")
    .action(async (instanceId: string, _options: object, command: Command) =>
      withStore(cli, command, async (store) => {
        const print = globals(command).json === true ? printJson : printLine;
        let seen = { executionId: 1, eventId: 0 };
        while (!signal.aborted) {
          const changed = change(store);
          const { status, executionId } = await store.management.client.getStatus(instanceId);
          seen = await printNew(store, instanceId, { seen, executionId, print });
          // Its last events may have come between the two looks.
          if (status !== "pending" && status !== "running") {
            await printNew(store, instanceId, { seen, executionId, print });
            return;
          }
          await changed;
        }
      }),
    );

  function printLine(event: HistoryEvent): void {
    const at = terminal.paint("dim", new Date(event.at).toISOString());
    const value = "payload" in event ? `  ${terminal.paint("dim", event.payload)}` : "";
    terminal.line(
      `${at}  ${String(event.eventId).padStart(5)}  ${terminal.paint("bold", describeEvent(event))}${value}`,
    );
  }

  function printJson(event: HistoryEvent): void {
    terminal.jsonLine(event);
  }

  /** Resolves when something may have changed, or the user has had enough. */
  function change({ management }: OpenedStore): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        unsubscribe();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, longestWaitMs);
      const unsubscribe = management.subscribe(done);
      signal.addEventListener("abort", done);
    });
  }
}

interface Position {
  readonly executionId: number;
  readonly eventId: number;
}

async function printNew(
  { management }: OpenedStore,
  instanceId: string,
  to: { readonly seen: Position; readonly executionId: number; readonly print: (event: HistoryEvent) => void },
): Promise<Position> {
  let { seen } = to;
  for (let executionId = seen.executionId; executionId <= to.executionId; executionId += 1) {
    const after = executionId === seen.executionId ? seen.eventId : 0;
    const { events } = await management.history(instanceId, { executionId, afterEventId: after });
    for (const event of events) to.print(event);
    seen = { executionId, eventId: Math.max(after, events.at(-1)?.eventId ?? 0) };
  }
  return seen;
}
