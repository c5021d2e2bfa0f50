import { setTimeout as delay } from "node:timers/promises";
import { type ActivityContext, activity, NonRetryableError } from "../../src/index.ts";
import type { LedgerWriter } from "../ledger/ledger-writer.ts";

export interface Work {
  readonly value: number;
  readonly ms: number;
  /** Default true: whoever calls it waits for it, whatever happens. */
  readonly isFirm?: boolean;
}

/** What an activity gave, and which of its executions that was. */
export interface Worked {
  readonly value: number;
  readonly nonce: string;
}

// However often its node dies: what a run of faults must not do is to use up anybody's attempts.
const retry = { maxAttempts: 1_000, initialInterval: 20, backoff: 1, jitter: 0 };

/** The activities of the workload. Each notes in the ledger that it began, and how it ended. */
export function activitiesOn(ledger: LedgerWriter) {
  const execute = async (ctx: ActivityContext, { value, ms, isFirm = true }: Work, run: () => number) => {
    const { idempotencyKey: key, instanceId } = ctx;
    const nonce = ledger.begin({ key, instanceId, isFirm });
    try {
      await delay(ms, undefined, { signal: ctx.signal });
      const result = run();
      ledger.end(nonce, result);
      return { value: result, nonce } satisfies Worked;
    } catch (error) {
      ledger.fail(nonce);
      throw error instanceof Error ? error : new Error(`${value} failed`, { cause: error });
    }
  };
  return {
    /** Gives one more than it got. */
    increment: activity("increment", { retry }, (ctx, work: Work) => execute(ctx, work, () => work.value + 1)),
    /** As well, but fails every time that its execution's number, counted by attempts, is odd. */
    flaky: activity("flaky", { retry }, (ctx, work: Work) =>
      execute(ctx, work, () => {
        if (ctx.attempt % 2 === 1) throw new Error("not this time");
        return work.value + 1;
      }),
    ),
    doomed: activity("doomed", { retry }, (ctx, work: Work) =>
      execute(ctx, work, () => {
        throw new NonRetryableError("never");
      }),
    ),
  };
}

export type Activities = ReturnType<typeof activitiesOn>;
