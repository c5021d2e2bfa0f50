// npm run chaos -- [--minutes N] [--seed S] [--store postgres|sqlite] [--nodes N] [--only kind,kind] [--json file]
import { writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Battlefield } from "./battlefield.ts";
import { faults } from "./faults/index.ts";
import { Nemesis } from "./nemesis.ts";
import { printReport, type ChaosReport } from "./report.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string" },
    store: { type: "string", default: "postgres" },
    nodes: { type: "string", default: "3" },
    lease: { type: "string", default: "2000" },
    "in-flight": { type: "string", default: "40" },
    only: { type: "string" },
    json: { type: "string" },
  },
});
const store = values.store === "sqlite" ? "sqlite" : "postgres";
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
const only = values.only?.split(",");
const chosen = faults.filter(({ kind, stores }) => stores.includes(store) && only?.includes(kind) !== false);
if (chosen.length === 0) {
  console.error(`There is no such fault on ${store}. There are: ${faults.map(({ kind }) => kind).join(", ")}.`);
  process.exit(1);
}

const minutes = Number(values.minutes);
const leaseMs = Number(values.lease);
const command = `npm run chaos -- --minutes ${minutes} --seed ${seed} --store ${store} --nodes ${values.nodes}`;
console.log(command);
const startedAt = performance.now();
await using field = await Battlefield.open({
  store,
  seed,
  leaseMs,
  nodes: Number(values.nodes),
  inFlight: Number(values["in-flight"]),
});
const nemesis = new Nemesis(field, chosen, `${seed} nemesis`);
field.driver.start();
const until = performance.now() + minutes * 60_000;
let snapshots = 0;
let told = 0;
while (performance.now() < until) {
  await nemesis.next();
  if (nemesis.strikes % 5 === 0) {
    await field.checkNow();
    snapshots += 1;
  }
  for (const { invariant, what } of field.violations.slice(told)) console.log(`violation of ${invariant}: ${what}`);
  told = field.violations.length;
  const faultsSoFar = `${nemesis.strikes} faults`;
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.log(
    `${seconds} s: ${field.driver.ended} of ${field.driver.started} instances, ${faultsSoFar}, ` +
      `${field.violations.length} violations, last: ${nemesis.last}`,
  );
  await delay(200);
}
const checked = await field.settle(leaseMs + 30_000);
const busiest = await field.fleet.busiestSecond();
const report: ChaosReport = {
  command,
  store,
  seed,
  nodes: Number(values.nodes),
  leaseMs,
  seconds: Math.round((performance.now() - startedAt) / 1_000),
  started: field.driver.started,
  ended: field.driver.ended,
  checkedInstances: checked,
  snapshots,
  activityExecutions: field.ledger.executions.size,
  activities: field.ledger.byKey.size,
  faults: Object.fromEntries(nemesis.counts),
  bounds: field.bounds.summary(),
  busiestSecondOfLog: busiest.lines,
  violations: field.violations,
};
printReport(report);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
if (report.violations.length > 0) process.exitCode = 1;
