import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { bareWriterStepsPerSecond } from "./bare-writer.ts";
import { bareWriterOnPostgres } from "./bare-writer-postgres.ts";
import { median } from "./percentiles.ts";

/** What the machine itself can do, at the time of the run. */
export interface Limits {
  /** Median of an append of 4 KiB and its way to the disk. */
  readonly fdatasyncMs: number;
  /** Of the server, median; null on SQLite. */
  readonly oneRowCommitMs: number | null;
  readonly bareWriterStepsPerSecond: number;
}

export async function measureLimits(isShort: boolean, url: string | null): Promise<Limits> {
  const folder = mkdtempSync(join(tmpdir(), "perdure-limits-"));
  const [rounds, commits] = isShort ? [10, 3] : [200, 150];
  try {
    return {
      fdatasyncMs: fdatasyncMs(join(folder, "file"), rounds),
      ...(url === null
        ? { oneRowCommitMs: null, bareWriterStepsPerSecond: bareWriterStepsPerSecond(join(folder, "bare.db"), commits) }
        : await postgresLimits(url, { rounds, commits })),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The machine is shared: what it could do before and after is what it could do meanwhile. */
export function between(before: Limits, after: Limits): Limits {
  return {
    fdatasyncMs: (before.fdatasyncMs + after.fdatasyncMs) / 2,
    oneRowCommitMs:
      before.oneRowCommitMs === null || after.oneRowCommitMs === null
        ? null
        : (before.oneRowCommitMs + after.oneRowCommitMs) / 2,
    bareWriterStepsPerSecond: (before.bareWriterStepsPerSecond + after.bareWriterStepsPerSecond) / 2,
  };
}

function fdatasyncMs(path: string, rounds: number): number {
  const page = Buffer.alloc(4096, 1);
  const file = openSync(path, "w");
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    samples.push(performance.now() - startedAt);
  }
  closeSync(file);
  return median(samples);
}

async function postgresLimits(url: string, { rounds, commits }: { readonly rounds: number; readonly commits: number }) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("CREATE TABLE IF NOT EXISTS bench_marks (mark bigint)");
    const samples: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const startedAt = performance.now();
      await client.query({ name: "mark", text: "INSERT INTO bench_marks VALUES ($1)", values: [round] });
      samples.push(performance.now() - startedAt);
    }
    await client.query("DROP TABLE bench_marks");
    return {
      oneRowCommitMs: median(samples),
      bareWriterStepsPerSecond: await bareWriterOnPostgres(client, commits),
    };
  } finally {
    await client.end();
  }
}
