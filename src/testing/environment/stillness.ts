import { setImmediate as passOfLoop, setTimeout as delay } from "node:timers/promises";
import { InstanceNotFoundError } from "../../errors/index.ts";
import { describeInstance } from "../../management/describe-instance.ts";
import type { Provider, StoreLoad } from "../../providers/contract.ts";
import { StuckTestError } from "./stuck-test-error.ts";

export interface Activity {
  /** Executions under way. */
  readonly running: number;
  /** Those of them that only wait for virtual time. */
  readonly delayed: number;
  /** Real time in which one of the others has to move. */
  readonly patienceMs: number;
  /** Those that are under way, in words. */
  readonly describeRunning: () => string;
  /** Resolves when one of them begins to wait, or ends. */
  readonly moved: () => Promise<void>;
}

/**
 * Resolves when nothing more happens at this moment of virtual time: no message waits, no turn is under way, no
 * activity runs, no timer is due. All of that is read from the store, where everything is until the commit that ends
 * it.
 */
export async function stillness(provider: Provider, activity: () => Activity): Promise<StoreLoad> {
  for (let passes = 1; ; passes++) {
    await passOfLoop();
    const { running, delayed } = activity();
    if (running > delayed) {
      await untilMoved(activity);
      continue;
    }
    const load = await provider.readLoad();
    if (isStill(load, activity().delayed)) return load;
    if (passes % passesBeforeDoubt === 0) await assertNothingMissing(provider);
  }
}

/** An activity takes real time; one that never ends would hold up virtual time, and the test, for ever. */
async function untilMoved(activity: () => Activity): Promise<void> {
  const { moved, patienceMs, describeRunning } = activity();
  const done = new AbortController();
  const hasMoved = moved().then(() => true);
  // Looked at once more after a pass of the loop: a process that was stopped for so long has had no chance to move.
  const hasNot = delay(patienceMs, undefined, { signal: done.signal })
    .then(() => passOfLoop())
    .then(
      () => false,
      () => true,
    );
  const isMoving = await Promise.race([hasMoved, hasNot]);
  done.abort();
  if (isMoving) return;
  throw new StuckTestError(
    `The test cannot go on: for ${patienceMs} ms nothing has happened but\n${describeRunning()}\nTime stands still as ` +
      "long as an activity runs. Let it end, give its stub a `delay`, or the environment more `patience`.",
  );
}

const passesBeforeDoubt = 100;

function isStill({ storeNow, messages, work, timers }: StoreLoad, delayed: number): boolean {
  const waiting = work.reduce((sum, item) => sum + item.waiting, 0);
  const running = work.reduce((sum, item) => sum + item.running, 0);
  return messages === 0 && waiting === 0 && running === delayed && (timers.nextDueAt ?? Infinity) > storeNow;
}

/** Something waits that nobody here will ever take: an activity or an orchestration that was not given. */
async function assertNothingMissing(provider: Provider): Promise<void> {
  const waits = (await openWaits(provider)).filter(({ isStuck }) => isStuck);
  if (waits.length === 0) return;
  throw new StuckTestError(
    `The test cannot go on:\n${describeWaits(waits)}\nWhat no node has, give to TestEnvironment.open; an ` +
      "activity may be stubbed instead, before the first start.",
  );
}

export interface OpenWait {
  readonly instanceId: string;
  readonly text: string;
  readonly isStuck: boolean;
}

/** What everything waits for that has not ended. */
export async function openWaits(provider: Provider): Promise<OpenWait[]> {
  const { instances } = await provider.listInstances({
    statuses: ["pending", "running"],
    name: null,
    quarantined: null,
    limit: 20,
    cursor: null,
  });
  const waits = await Promise.all(instances.toReversed().map(({ instanceId }) => waitsOf(provider, instanceId)));
  return waits.flat();
}

async function waitsOf(provider: Provider, instanceId: string): Promise<OpenWait[]> {
  try {
    const { waits } = await describeInstance(provider, instanceId);
    return waits.map(({ text, isStuck }) => ({ instanceId, text, isStuck }));
  } catch (error) {
    // It has been deleted since.
    if (error instanceof InstanceNotFoundError) return [];
    throw error;
  }
}

export const describeWaits = (waits: readonly OpenWait[]): string =>
  waits.map(({ instanceId, text }) => `  "${instanceId}": ${text}`).join("\n");
