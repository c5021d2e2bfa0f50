// One workload in a process of its own, for run.ts: node bench/one.ts <name> <store> <full | short> [url]; prints JSON.
import { type StoreKind, openStore } from "./support/open-store.ts";
import { between, measureLimits } from "./support/limits.ts";
import { workloads } from "./workloads/index.ts";

const [name, store, size, url = null] = process.argv.slice(2);
const workload = workloads.find((candidate) => candidate.name === name);
if (workload === undefined || (store !== "sqlite" && store !== "postgres"))
  throw new Error("Run bench/run.ts instead.");
const kind: StoreKind = store;
const isShort = size === "short";

const before = await measureLimits(isShort, url);
const measurement = await workload.run({ store: kind, isShort, open: () => openStore(kind, url) });
const limits = between(before, await measureLimits(isShort, url));
console.log(JSON.stringify({ name, store, limits, ...measurement }));
