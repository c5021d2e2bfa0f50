import { activity } from "../../src/definition/index.ts";
import { activityResult } from "./interpret.ts";
import type { ActivityMode } from "./program.ts";
import type { SimProcess } from "./sim-process.ts";

/** Every attempt that was ever begun, by idempotency key: what has truly happened outside of the store. */
export class Ledger {
  readonly attempts = new Map<string, number>();
  readonly completed = new Set<string>();
  total = 0;
  repeated = 0;

  begun(key: string): void {
    const before = this.attempts.get(key) ?? 0;
    this.attempts.set(key, before + 1);
    this.total += 1;
    if (before > 0) this.repeated += 1;
  }
}

/** The activities as one process has them. */
export function simActivities(process: SimProcess, ledger: Ledger) {
  const retry = { maxAttempts: 3, initialInterval: 200, jitter: 0.5 };
  const run = async (
    mode: ActivityMode,
    ctx: { readonly idempotencyKey: string; readonly attempt: number; heartbeat(details: unknown): void },
    n: number,
  ): Promise<number> => {
    ledger.begun(ctx.idempotencyKey);
    if (mode === "broken") throw new Error("It is broken.");
    if (mode === "flaky" && ctx.attempt < 3) throw new Error("Not yet.");
    if (mode === "slow") await process.pause(1 + (n % 50) * 100);
    if (mode === "beating") {
      for (let beat = 0; beat < 1 + (n % 5); beat += 1) {
        await process.pause(400);
        ctx.heartbeat(beat);
      }
    }
    ledger.completed.add(ctx.idempotencyKey);
    return activityResult(mode, n);
  };
  return [
    activity("plain", (ctx, n: number) => run("plain", ctx, n)),
    activity("flaky", { retry }, (ctx, n: number) => run("flaky", ctx, n)),
    activity("broken", { retry: { ...retry, maxAttempts: 2 } }, (ctx, n: number) => run("broken", ctx, n)),
    activity("slow", (ctx, n: number) => run("slow", ctx, n)),
    activity("beating", { heartbeatTimeout: "20s", retry: { ...retry, maxAttempts: 1_000 } }, (ctx, n: number) =>
      run("beating", ctx, n),
    ),
    activity("elsewhere", { queue: "elsewhere" }, (ctx, n: number) => run("elsewhere", ctx, n)),
  ];
}
