import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { withCodec } from "../../src/codec/index.ts";
import type { HistoryEvent } from "../../src/history/index.ts";
import type { InstanceDump, Provider } from "../../src/providers/contract.ts";
import { TestEnvironment } from "../../src/testing/index.ts";
import { exportInstance, type InstanceExport } from "../../src/transfer/index.ts";
import type { Scenario } from "./scenario.ts";

export interface RecordOptions {
  readonly folder: string;
  /** Replaces a recording that is there. One that was released is never replaced. */
  readonly overwrite: boolean;
}

/** A recording that is there is what older releases promised: it is not replaced by accident. */
export class RecordingExistsError extends Error {}

/** Runs a scenario on a real store, and writes what is recorded of it. Throws `RecordingExistsError`. */
export async function record(name: string, scenario: Scenario, { folder, overwrite }: RecordOptions): Promise<void> {
  const file = join(folder, `${name}.json`);
  if (existsSync(file) && !overwrite) {
    throw new RecordingExistsError(`${file} is there already. What was released with it is a promise, and stays.`);
  }
  let store: Provider | undefined;
  const { codec } = scenario;
  await using env = await TestEnvironment.open({
    orchestrations: scenario.orchestrations,
    activities: scenario.activities ?? [],
    ...(scenario.runtime && { runtime: scenario.runtime }),
    wrapProvider: (provider) => {
      store = provider;
      return codec === undefined ? provider : withCodec(provider, codec);
    },
  });
  const ids = await scenario.run(env);
  const [first, ...others] = await Promise.all(ids.map((id) => exportInstance(env.provider, id)));
  if (first === undefined) throw new Error(`The scenario "${name}" gives no instance.`);
  const whole: InstanceExport = { ...first, instances: [first, ...others].flatMap(({ instances }) => instances) };
  writeFileSync(file, recordingText(whole));
  if (codec === undefined) return;
  const sealed: (InstanceDump | null | undefined)[] = [];
  for (const { instanceId } of whole.instances) sealed.push(await store?.transfer.dumpOne(instanceId));
  writeFileSync(join(folder, `${name}.sealed.json`), `${JSON.stringify(sealed, null, 2)}\n`);
}

/** What is in a `.sealed.json` file. */
export type SealedRecording = readonly InstanceDump[];

/** The export with one event in a line, and without the folder of the machine that it was recorded on. */
function recordingText(whole: InstanceExport): string {
  const events: HistoryEvent[] = [];
  const outline = JSON.stringify(
    whole,
    (key, value: unknown) =>
      key === "events" ? (value as HistoryEvent[]).map((event) => `@event ${events.push(event) - 1}`) : value,
    2,
  );
  const text = outline.replaceAll(/"@event (\d+)"/g, (_, index: string) => JSON.stringify(events[Number(index)]));
  return `${text.replaceAll(repository, "file:///perdure/")}\n`;
}

const repository = pathToFileURL(join(import.meta.dirname, "../..")).href + "/";
