import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Limits } from "./limits.ts";
import type { StoreKind } from "./open-store.ts";
import type { Measurement } from "./workload.ts";

export interface Plan {
  readonly name: string;
  readonly store: StoreKind;
  readonly isShort: boolean;
  /** Of the PostgreSQL server. */
  readonly url: string | null;
}

export interface Report extends Measurement {
  readonly name: string;
  readonly store: StoreKind;
  readonly limits: Limits;
}

/** Runs a workload of the sources under `root` in a process of its own: none profits from what another warmed up. */
export function runWorkload(root: string, { name, store, isShort, url }: Plan): Report {
  const size = isShort ? "short" : "full";
  const args = ["--expose-gc", join(root, "bench/one.ts"), name, store, size, ...(url === null ? [] : [url])];
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`The workload ${name} on ${store} failed.`);
  return JSON.parse(stdout) as Report;
}
