import { once } from "node:events";
import { Runtime } from "perdure";
import { PostgresProvider } from "perdure/postgres";
import { download, encode, transcode } from "./videos.ts";

// A node: `NODE_NAME=a node worker.ts <connection string> <schema>`. All of them are the same, on one machine or on
// many.
const [, , connection = "", schema = "perdure"] = process.argv;
await using provider = await PostgresProvider.open(connection, { schema });
await using _runtime = await Runtime.start({
  provider,
  activities: [download, transcode],
  orchestrations: [encode],
  queues: { media: { concurrency: 3 } },
  leaseDuration: "1s", // What a dead node had in hand is taken over after this long.
});
console.log("ready");

// The other end of standard input closes when the process that started this one is gone, whatever ended it.
await once(process.stdin.resume(), "end");
