import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { ExportedExecution, InstanceExport } from "../../src/transfer/index.ts";
import type { Scenario } from "./scenario.ts";

export const folder = join(import.meta.dirname, "recordings");

export interface Recording {
  readonly name: string;
  readonly scenario: Scenario;
  /** Of the recording; what is in it is in `read`. */
  readonly file: string;
  readonly read: () => InstanceExport;
}

/** Every scenario, whether or not it has been recorded yet. */
export const recordings: readonly Recording[] = await Promise.all(
  globSync(join(folder, "*.ts"))
    .toSorted()
    .map(async (source) => {
      const name = basename(source, ".ts");
      const file = join(folder, `${name}.json`);
      const { recorded } = (await import(source)) as { readonly recorded: Scenario };
      return { name, scenario: recorded, file, read: () => JSON.parse(readFileSync(file, "utf8")) as InstanceExport };
    }),
);

export interface RecordedExecution extends ExportedExecution {
  readonly instanceId: string;
}

export const executionsIn = ({ instances }: InstanceExport): RecordedExecution[] =>
  instances.flatMap(({ instanceId, executions }) => executions.map((execution) => ({ ...execution, instanceId })));

/** Those that code was run for: not the ones that were ended before any node could. */
export const runnableIn = (file: InstanceExport): RecordedExecution[] =>
  executionsIn(file).filter(({ events: [first] }) => first?.kind === "OrchestrationStarted" && "fingerprint" in first);
