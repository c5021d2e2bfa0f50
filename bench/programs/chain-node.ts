// A node in a process of its own: node bench/programs/chain-node.ts '<StoreLocation as JSON>'; lives until it is
// killed.
import { Runtime } from "../../src/runtime/index.ts";
import { openAt, type StoreLocation } from "../support/open-store.ts";
import { chain, step } from "./chain.ts";

const provider = await openAt(JSON.parse(process.argv[2] ?? "null") as StoreLocation);
const node = await Runtime.start({
  provider,
  orchestrations: [chain],
  activities: [step],
  concurrency: { activities: 200 },
});
console.log("ready");
process.once("SIGTERM", () => {
  void node
    .stop()
    .then(() => provider.close())
    .then(() => process.exit());
});
