import { InstanceDeletedError, InstanceNotFoundError, StorageError } from "../errors/index.ts";
import { checkInstanceId } from "../values/index.ts";
import type { Follower, Moment } from "./change-watch.ts";
import type { ClientContext } from "./client-context.ts";
import { type Outcome, outcomeIn, resultOf } from "./instance-outcome.ts";
import { abortErrorOf, checkWaitOptions, waitLimit, type WaitOptions } from "./wait-limit.ts";

/** Which run is waited for: the one that has the id when it is first looked for, or one that is known already. */
export interface AwaitedRun {
  readonly instanceId: string;
  readonly runId: string | undefined;
  /** When its start was sent, if this client created it. */
  readonly start?: Moment | undefined;
}

/** Waits for the end of an instance, however many executions that takes. */
export async function awaitResult(client: ClientContext, run: AwaitedRun, options: WaitOptions = {}): Promise<unknown> {
  const { instanceId } = run;
  checkInstanceId(instanceId, "instanceId");
  const timeoutMs = checkWaitOptions(options);
  if (options.signal?.aborted) throw abortErrorOf(instanceId, options.signal);
  const startedAt = client.host.now();
  // Before the first look, or a change right after it would be missed.
  const follower = client.changes.follow(instanceId);
  try {
    // Nobody has told of an end of what was started just now, so that there is nothing to look for yet.
    const isOpen = run.start !== undefined && !client.changes.mayHaveEndedSince(run.start, instanceId);
    const first = isOpen ? { runId: run.runId, outcome: undefined } : await look(client, run);
    if (first.outcome !== undefined) return resultOf(first.outcome);
    const elapsedMs = client.host.now() - startedAt;
    using limit = waitLimit({ host: client.host, instanceId, timeoutMs, elapsedMs, signal: options.signal });
    const waiting = lookUntilEnded(client, { instanceId, runId: first.runId }, follower);
    return resultOf(await Promise.race([waiting, limit.reached]));
  } finally {
    follower.stop();
  }
}

/** Whoever is told how the instance ended does not look. */
async function lookUntilEnded(client: ClientContext, run: AwaitedRun, follower: Follower): Promise<Outcome> {
  let troubleSince: number | undefined;
  for (;;) {
    const told = await follower.next();
    if (told !== undefined && told.runId === run.runId) {
      const outcome = outcomeIn(run.instanceId, told);
      if (outcome !== undefined) return outcome;
    }
    try {
      const { outcome } = await look(client, run);
      if (outcome !== undefined) return outcome;
      troubleSince = undefined;
    } catch (error) {
      // Whoever waits for a day should not have to know that the store was restarted meanwhile.
      if (!(error instanceof StorageError)) throw error;
      troubleSince ??= client.host.now();
      if (client.host.now() - troubleSince > longestTroubleMs) throw error;
      client.logger.warn(
        { instanceId: run.instanceId, err: error },
        "store not answering; still waiting for the result",
      );
    }
  }
}

interface Look {
  readonly runId: string;
  readonly outcome: Outcome | undefined;
}

async function look({ provider }: ClientContext, { instanceId, runId }: AwaitedRun): Promise<Look> {
  const progress = await provider.readProgress(instanceId);
  if (progress === null && runId === undefined) throw new InstanceNotFoundError(instanceId);
  if (progress === null || (runId !== undefined && progress.runId !== runId)) {
    throw new InstanceDeletedError(instanceId);
  }
  return { runId: progress.runId, outcome: outcomeIn(instanceId, progress) };
}

const longestTroubleMs = 30_000;
