import { SqliteProvider } from "../../src/providers/sqlite/index.ts";

// A process that takes a long lease and whatever it finds, says so, and does nothing more.
const provider = await SqliteProvider.open(process.argv[2] ?? "");
await provider.openLease({ nodeId: "holder", durationMs: 3_600_000, capabilities: [] });
const { instances } = await provider.fetchInstances({
  nodeId: "holder",
  limit: 10,
  handlers: ["sleeper@*"],
  busy: [],
  suspectAfter: 2,
  quarantineAfter: 5,
  unservableForMs: null,
  messageLimit: 10,
});
process.stdout.write(`${instances.length}\n`);
setInterval(() => undefined, 1_000);
