// A node in a process of its own: node bench/programs/chain-node.ts '<Argument as JSON>'; lives until it is killed.
import { Runtime, type RuntimeOptions } from "../../src/runtime/index.ts";
import { openAt, type StoreLocation } from "../support/open-store.ts";
import { chain, step } from "./chain.ts";

type Argument = StoreLocation & Pick<RuntimeOptions, "concurrency">;

const { concurrency = {}, ...location } = JSON.parse(process.argv[2] ?? "null") as Argument;
const provider = await openAt(location);
const node = await Runtime.start({ provider, orchestrations: [chain], activities: [step], concurrency });
console.log("ready");
process.once("SIGTERM", () => {
  void node
    .stop()
    .then(() => provider.close())
    .then(() => process.exit());
});
