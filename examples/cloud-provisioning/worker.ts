import { once } from "node:events";
import { Runtime } from "perdure";
import { SqliteProvider } from "perdure/sqlite";
import { createResource, deleteResource, estimateCost } from "./activities.ts";
import { provisionEnvironment, provisionNetwork, provisionVirtualMachine } from "./orchestrations.ts";

// The process that does the work: `CLOUD_URL=… node worker.ts <database>`. It can be killed at any moment.
await using provider = await SqliteProvider.open(process.argv[2] ?? ".perdure/perdure.db");
await using runtime = await Runtime.start({
  provider,
  activities: [estimateCost, createResource, deleteResource],
  orchestrations: [provisionEnvironment, provisionNetwork, provisionVirtualMachine],
  leaseDuration: "2s", // What a worker that stands still had in hand is taken over after this long.
});
console.log("ready");

// The other end of standard input closes when the process that started this one is gone, whatever ended it.
await Promise.race([once(process.stdin.resume(), "end"), once(process, "SIGTERM")]);
await runtime.stop({ timeout: "2s" });
process.exit();
