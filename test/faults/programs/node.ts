// A node on a SQLite file that runs the scenario, until it dies in an activity, or is killed.
import { consoleLogger } from "../../../src/observability/index.ts";
import { SqliteProvider } from "../../../src/providers/sqlite/index.ts";
import { Runtime } from "../../../src/runtime/index.ts";
import { noteEffect } from "../../support/ledger-file.ts";
import { scenario } from "../../support/scenario.ts";
import { pause, pausing } from "./pausing.ts";

export interface NodeArgument {
  readonly file: string;
  /** Where activities note what they did. */
  readonly ledger: string;
  readonly leaseDuration: number;
  /** In the middle of which activity, from 1. */
  readonly dieInActivity?: number;
}

const { file, ledger, leaseDuration, dieInActivity } = JSON.parse(process.argv[2] as string) as NodeArgument;

/** Never resolves, should the signal take a moment. */
function die(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => undefined);
}

let begun = 0;
const { orchestrations, activities } = scenario((key) => {
  noteEffect(ledger, key);
  begun += 1;
  return begun === dieInActivity ? die() : undefined;
});
const node = await Runtime.start({
  orchestrations: [...orchestrations, pausing],
  activities: [...activities, pause],
  provider: await SqliteProvider.open(file),
  leaseDuration,
  logger: consoleLogger({ level: "warn" }),
});
console.log(`node ${node.nodeId} runs`);
