import { inLanes } from "../support/in-lanes.ts";
import type { StoreKind } from "../support/world-store.ts";
import type { BrokenName } from "./broken-stores.ts";
import type { CutPoint } from "./cuts.ts";
import { expectedOf } from "./expected.ts";
import type { Death } from "./judge.ts";
import { readLedger } from "./ledger.ts";
import { type Place, Places } from "./places.ts";
import { lookAtDeath, recover } from "./recover.ts";
import type { Victim } from "./run-victim.ts";
import type { ScenarioName } from "./scenarios/index.ts";

export interface SweepOptions {
  readonly victim: Victim;
  readonly store: StoreKind;
  readonly scenario: ScenarioName;
  /** So many stores are cut in one process, at its one death; with 1, each process dies at the very call. */
  readonly width: number;
  /** So many processes at once. */
  readonly lanes?: number;
  /** Every so many calls. Default: at every one. */
  readonly stride?: number;
  /** The process that goes on is killed as well, at another call, and a third does the rest. */
  readonly twice?: boolean;
  readonly broken?: BrokenName;
  readonly limitMs?: number;
  /** Only this point. */
  readonly only?: CutPoint;
}

export interface SweepReport {
  /** The last call at which a process could be killed. */
  readonly calls: number;
  readonly points: number;
  readonly kills: number;
  readonly violations: readonly string[];
}

/** Kills around call 1, 2, 3... of the scenario to its store, until it comes to its end before that. */
export async function sweep(options: SweepOptions): Promise<SweepReport> {
  const { width, lanes = 1, stride = 1, only } = options;
  await using places = new Places(options.store);
  let calls = 0;
  let points = 0;
  let kills = 0;
  let isOver = false;
  const violations: string[] = [];
  const strike = async (batch: readonly CutPoint[]): Promise<void> => {
    const ends = await killAndRecover(options, places, batch);
    for (const { point, deaths, problems } of ends) {
      points += 1;
      kills += deaths;
      if (deaths > 0 && point !== "end") calls = Math.max(calls, point.number);
      violations.push(...problems.map((problem) => `${describePoint(options, point)}: ${problem}`));
    }
    // What is broken on purpose has been found by then.
    isOver ||= ends.some(({ deaths }) => deaths === 0) || (options.broken !== undefined && violations.length > 0);
  };
  if (only !== undefined) await strike([only]);
  else
    await inLanes(
      lanes,
      batches(width, stride, () => isOver),
      strike,
    );
  return { calls, points, kills, violations };
}

function* batches(width: number, stride: number, isOver: () => boolean): Generator<CutPoint[]> {
  let batch: CutPoint[] = [];
  for (let number = 1; !isOver(); number += stride) {
    for (const when of ["before", "after"] as const) {
      batch.push({ number, when });
      if (batch.length < width) continue;
      yield batch;
      batch = [];
    }
  }
}

interface End {
  readonly point: CutPoint;
  readonly deaths: number;
  readonly problems: readonly string[];
}

async function killAndRecover(options: SweepOptions, places: Places, points: readonly CutPoint[]): Promise<End[]> {
  const taken: Place[] = [];
  for (const _ of points) taken.push(await places.take());
  const cases = points.map((point, index) => ({ point, place: taken[index] as Place, deaths: [] as Death[] }));
  await strikeAll(options, cases);
  if (options.twice === true) {
    const again = cases.filter(({ deaths }) => deaths.length > 0);
    await strikeAll(
      options,
      again.map((one) => ({ ...one, point: secondPoint(one.point) })),
    );
  }
  const expected = await expectedOf(options.scenario);
  const { scenario, limitMs = 30_000 } = options;
  return await Promise.all(
    cases.map(async ({ point, place, deaths }) => {
      const { address, ledger } = place;
      const problems = await recover({ scenario, address, ledger, deaths, expected, limitMs });
      await place[Symbol.asyncDispose]();
      return { point, deaths: deaths.length, problems };
    }),
  );
}

interface Case {
  readonly point: CutPoint;
  readonly place: Place;
  readonly deaths: Death[];
}

async function strikeAll(options: SweepOptions, cases: readonly Case[]): Promise<void> {
  const { victim, scenario, broken = null } = options;
  const runs = cases.map(({ point, place: { address, ledger } }) => ({ address, ledger, point }));
  const wasKilled = await victim.run({ scenario, broken, leaseMs: 15_000, runs });
  if (!wasKilled) return;
  await Promise.all(
    cases.map(async ({ place: { address, ledger, expireLeases }, deaths }) => {
      if (readLedger(ledger).some(({ kind }) => kind === "whole")) return;
      deaths.push(await lookAtDeath(address, ledger));
      await expireLeases();
    }),
  );
}

// Any will do; that it is always the same one makes a failure repeatable.
function secondPoint(first: CutPoint): CutPoint {
  if (first === "end") return "end";
  return { number: 2 + ((first.number * 7) % 19), when: first.number % 2 === 0 ? "before" : "after" };
}

function describePoint({ scenario, store, twice = false }: SweepOptions, point: CutPoint): string {
  const where = point === "end" ? "at the end" : `${point.when} call ${point.number}`;
  const call = point === "end" ? "" : ` --call ${point.number} --when ${point.when}`;
  const command = `npm run kill-sweep -- --store ${store} --scenario "${scenario}"${call}${twice ? " --twice" : ""}`;
  return `${scenario} on ${store}, killed ${where} (${command})`;
}
