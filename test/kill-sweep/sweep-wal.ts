import assert from "node:assert/strict";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { inLanes } from "../support/in-lanes.ts";
import type { BrokenName } from "./broken-stores.ts";
import { expectedOf } from "./expected.ts";
import { readLedger } from "./ledger.ts";
import { type Place, Places } from "./places.ts";
import { lookAtDeath, recover } from "./recover.ts";
import type { Victim } from "./run-victim.ts";
import type { ScenarioName } from "./scenarios/index.ts";
import { type CutEvery, cutsOf, framesOf, type WalCut } from "./wal-cuts.ts";

export interface WalSweepOptions {
  readonly victim: Victim;
  readonly scenario: ScenarioName;
  readonly every: CutEvery;
  /** With a database that is made in the same log, tables and all. */
  readonly isNew?: boolean;
  readonly broken?: BrokenName;
  readonly limitMs?: number;
}

export interface WalSweepReport {
  readonly frames: number;
  readonly commits: number;
  readonly cuts: number;
  readonly violations: readonly string[];
}

/**
 * Runs a scenario whose commits are all left in the write-ahead log, and lets a node go on from what a power cut might
 * have left of that. What was answered after the cut had not happened yet; what was answered before must be there.
 */
export async function sweepWal(options: WalSweepOptions): Promise<WalSweepReport> {
  await using places = new Places("sqlite");
  await using source = await places.take();
  await runToTheEnd(options, source);
  const wal = readFileSync(walOf(source));
  const frames = framesOf(wal);
  const violations: string[] = [];
  let cuts = 0;
  await inLanes(8, cutsOf(wal, options.every), async (cut) => {
    // What is broken on purpose has been found.
    if (options.broken !== undefined && violations.length > 0) return;
    cuts += 1;
    const problems = await goOnFrom(options, places, source, cut);
    violations.push(...problems.map((problem) => `${options.scenario}, log ${cut.what}: ${problem}`));
  });
  return { frames: frames.length, commits: frames.filter(({ commits }) => commits).length, cuts, violations };
}

async function runToTheEnd(options: WalSweepOptions, { address, ledger }: Place): Promise<void> {
  const { victim, scenario, isNew = false, broken = null } = options;
  if (isNew && address.kind === "sqlite") rmSync(address.file);
  const wasKilled = await victim.run({
    scenario,
    broken,
    leaseMs: 15_000,
    runs: [{ address, ledger, point: "end" }],
  });
  assert.ok(wasKilled, "Closing would have emptied the log.");
}

async function goOnFrom(
  { scenario, limitMs = 30_000 }: WalSweepOptions,
  places: Places,
  source: Place,
  { wal, wholeBytes }: WalCut,
): Promise<string[]> {
  await using place = await places.take();
  const { address, ledger } = place;
  copyFileSync(fileOf(source), fileOf(place));
  writeFileSync(walOf(place), wal);
  const known = readLedger(source.ledger).filter(({ walBytes }) => walBytes <= wholeBytes);
  writeFileSync(ledger, known.map((line) => `${JSON.stringify(line)}\n`).join(""));
  try {
    const deaths = [await lookAtDeath(address, ledger)];
    return await recover({ scenario, address, ledger, deaths, expected: await expectedOf(scenario), limitMs });
  } catch (error) {
    return [`it could not be opened: ${String(error)}`];
  }
}

function fileOf({ address }: Place): string {
  assert.ok(address.kind === "sqlite");
  return address.file;
}

const walOf = (place: Place): string => `${fileOf(place)}-wal`;
