import type { HostTimer } from "../host/index.ts";
import type { WorkItem } from "../providers/contract.ts";
import type { ActivityRun } from "./activity-run.ts";
import type { Node } from "./node.ts";

/** Lost once, it may have run beside what ended its process, or beside nothing: machines fail too. */
const losses = 2;
const firstTrialMs = 10_000;
const longestTrialMs = 3_600_000;

export interface TrialRoom {
  /** See `OrchestrationDispatcher.unproven`. */
  readonly unproven: () => Promise<void> | null;
  /** A suspect may be fetched again. */
  readonly onRoom: () => void;
}

/**
 * An activity that was lost with its node more than once may be what ends its process. Of such suspects a node begins
 * one at a time, so that the guilty one dies without the others; what is under no suspicion runs beside it.
 *
 * While it is on trial, the store blames it alone for its node's death. So it is not begun while an instance runs here
 * that has not committed since it was claimed, and may itself be what ends processes: such as many instances of a bad
 * orchestration, each of which has to be found.
 *
 * A trial is over when the activity ends, or when it has run for a while: longer with every loss, so that one which
 * takes its time to do harm is found as well, and a thousand that were merely unlucky need not wait for each other's
 * end. After half of the losses that fail an activity there is no more hurry.
 */
export class ActivityTrial {
  readonly #node: Node;
  readonly #room: TrialRoom;
  #isTaken = false;
  /** Whether those instances have been waited for that could be mistaken for a suspect, or it for them. */
  #isClear = false;
  #isWaiting = false;
  #timer: HostTimer | undefined;

  constructor(node: Node, room: TrialRoom) {
    this.#node = node;
    this.#room = room;
  }

  get suspectAfter(): number {
    return Math.min(losses, this.#node.limits.claimsWithoutCommit);
  }

  /** How many suspects may be fetched. If that is one, `begin` has to say what came of it. */
  reserve(): 0 | 1 {
    if (this.#isTaken || !this.#clear()) return 0;
    this.#isTaken = true;
    this.#isClear = false;
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
    void Promise.race([run.ended, timeIsUp.then(() => this.#acquit(run))]).then(() => {
      this.stop();
      this.#isTaken = false;
      this.#room.onRoom();
    });
  }

  /** Nothing of it keeps the process alive. */
  stop(): void {
    this.#node.host.cancel(this.#timer);
  }

  #clear(): boolean {
    const unproven = this.#isClear || this.#isWaiting ? null : this.#room.unproven();
    if (unproven === null) return !this.#isWaiting;
    this.#isWaiting = true;
    void unproven.then(() => {
      this.#isWaiting = false;
      this.#isClear = true;
      this.#room.onRoom();
    });
    return false;
  }

  /** Should the node die from now on, it may as well have been anything else. */
  async #acquit({ fence, log }: ActivityRun): Promise<void> {
    const { provider, lease } = this.#node;
    if (lease.nodeId === null) return;
    try {
      await provider.endTrial(lease.nodeId, fence);
    } catch (error) {
      log.warn({ err: error }, "the end of a trial was not stored");
    }
  }

  #trialMs({ lost }: WorkItem): number {
    if (lost >= this.#node.limits.claimsWithoutCommit) return longestTrialMs;
    return Math.min(longestTrialMs, firstTrialMs * 4 ** (lost - this.suspectAfter));
  }
}
