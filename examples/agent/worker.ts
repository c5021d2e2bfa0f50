import { once } from "node:events";
import { Runtime } from "perdure";
import { SqliteProvider } from "perdure/sqlite";
import { activities, agent } from "./agent.ts";

// The process that runs the agent: `node worker.ts <database>`. It can be killed at any moment.
await using provider = await SqliteProvider.open(process.argv[2] ?? "agent.db");
await using _runtime = await Runtime.start({
  provider,
  activities,
  orchestrations: [agent],
  leaseDuration: "2s", // What a killed process had in hand is taken over after this long at most.
});

// The other end of standard input closes when the process that started this one is gone, whatever ended it.
await once(process.stdin.resume(), "end");
