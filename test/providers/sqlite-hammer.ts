// Run as a process of its own by sqlite-processes.test.ts: takes instances of a shared file forward, one event a turn,
// until all have ended, and says what it committed.
import { systemClock } from "../../src/providers/clock.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { ended, message, TestNode, turnOf } from "../../src/providers/conformance/scene.ts";

const [file = "", stepsText = "", mode = ""] = process.argv.slice(2);
const steps = Number(stepsText);
const provider = await SqliteProvider.open(file, { clock: systemClock });
const node = new TestNode(provider, { leaseMs: 600_000, handlers: ["order@1"], activities: [] });
await node.openLease();

let committed = 0;
const everything = { statuses: null, name: null, quarantined: null };
const total = await provider.countInstances(everything);
while ((await provider.countInstances({ ...everything, statuses: ["completed"] })) < total) {
  const { instances } = await node.fetch({ limit: 3 });
  const turns = instances.map((owned) => {
    const isLast = owned.lastEventId + 1 === steps;
    const goesOn = { release: true, messages: [message(owned.instanceId, "go on")] };
    return turnOf(owned, 1, isLast ? ended("completed") : goesOn);
  });
  const outcomes = (await node.commit(turns)).turns;
  for (const [index, { status }] of outcomes.entries()) {
    if (status !== "committed") throw new Error(`A turn of ${turns[index]?.instanceId} was ${status}.`);
    committed += 1;
    if (mode === "tell") process.stdout.write(`${turns[index]?.instanceId} ${turns[index]?.lastEventId}\n`);
  }
}
await provider.close();
if (mode !== "tell") process.stdout.write(String(committed));
