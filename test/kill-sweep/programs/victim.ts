// Runs a scenario in each of several stores, each up to its point, and kills itself when nothing goes on in any of
// them.
import { cutStore } from "../cut-store.ts";
import { type CutPoint, Cuts } from "../cuts.ts";
import { type BrokenName, type BrokenStore, brokenStores } from "../broken-stores.ts";
import { Ledger } from "../ledger.ts";
import { type Address, openAt } from "../../support/store-address.ts";
import { runNode } from "../run-node.ts";
import { UserDatabase } from "../user-database.ts";
import { type ScenarioName, scenarios } from "../scenarios/index.ts";

export interface VictimArgument {
  readonly scenario: ScenarioName;
  readonly broken: BrokenName | null;
  readonly leaseMs: number;
  readonly runs: readonly VictimRun[];
}

export interface VictimRun {
  readonly address: Address;
  readonly ledger: string;
  readonly point: CutPoint;
}

const argument = JSON.parse(process.argv[2] as string) as VictimArgument;
let going = argument.runs.length;
let cut = 0;

await Promise.all(argument.runs.map(run));

async function run({ address, ledger: file, point }: VictimRun): Promise<void> {
  const ledger = new Ledger(file, address.kind === "sqlite" ? `${address.file}-wal` : null);
  const cuts = new Cuts(point, onCut);
  const scenario = scenarios[argument.scenario](ledger.effect, new UserDatabase(address, cuts));
  const store = await openAt(address);
  const broken: BrokenStore | null = argument.broken === null ? null : brokenStores[argument.broken];
  const breakIt = broken?.breakIt ?? ((real) => real);
  const provider = broken?.isAboveTheCut === true ? breakIt(cutStore(store, cuts)) : cutStore(breakIt(store), cuts);
  await runNode({ provider, scenario, ledger, leaseMs: argument.leaseMs });
  if (point === "end") return onCut();
  await store.close();
  ledger.note({ kind: "whole" });
  onRest();
}

function onCut(): void {
  cut += 1;
  onRest();
}

// With one run alone this is the very call at which it was to be.
function onRest(): void {
  going -= 1;
  if (going === 0 && cut > 0) process.kill(process.pid, "SIGKILL");
}
