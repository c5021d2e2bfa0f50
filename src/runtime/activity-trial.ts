import type { HostTimer } from "../host/index.ts";
import type { WorkItem } from "../providers/contract.ts";
import type { ActivityRun } from "./activity-run.ts";
import type { Node } from "./node.ts";

/** Lost once, it may have run beside what ended its process, or beside nothing: machines fail too. */
const losses = 2;
const firstTrialMs = 10_000;
const longestTrialMs = 3_600_000;

/**
 * An activity that was lost with its node more than once may be what ends its process. Of such suspects a node begins
 * one at a time, so that the guilty one dies without the others; what is under no suspicion runs beside it.
 *
 * A trial is over when the activity ends, or when it has run for a while: longer with every loss, so that one which
 * takes its time to do harm is found as well, and a thousand that were merely unlucky need not wait for each other's
 * end. After half of the losses that fail an activity there is no more hurry.
 */
export class ActivityTrial {
  readonly #node: Node;
  readonly #onOver: () => void;
  #isTaken = false;
  #timer: HostTimer | undefined;

  constructor(node: Node, onOver: () => void) {
    this.#node = node;
    this.#onOver = onOver;
  }

  get suspectAfter(): number {
    return Math.min(losses, this.#node.limits.claimsWithoutCommit);
  }

  /** How many suspects may be fetched. If that is one, `begin` has to say what came of it. */
  reserve(): 0 | 1 {
    if (this.#isTaken) return 0;
    this.#isTaken = true;
    return 1;
  }

  /** The reserved place is that activity's for its trial; without one it is free again, and nobody is told. */
  begin(run: ActivityRun | undefined): void {
    if (run === undefined) {
      this.#isTaken = false;
      return;
    }
    const trialMs = this.#trialMs(run.item);
    run.log.warn({ lost: run.item.lost, trialMs }, "suspect: beginning no other one beside it");
    const { promise: timeIsUp, resolve } = Promise.withResolvers<void>();
    this.#timer = this.#node.host.after(trialMs, resolve);
    void Promise.race([run.ended, timeIsUp]).then(() => {
      this.stop();
      this.#isTaken = false;
      this.#onOver();
    });
  }

  /** Nothing of it keeps the process alive. */
  stop(): void {
    this.#node.host.cancel(this.#timer);
  }

  #trialMs({ lost }: WorkItem): number {
    if (lost >= this.#node.limits.claimsWithoutCommit) return longestTrialMs;
    return Math.min(longestTrialMs, firstTrialMs * 4 ** (lost - this.suspectAfter));
  }
}
