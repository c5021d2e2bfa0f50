import type { ActivityContext, Logger } from "../definition/index.ts";

/** What an activity's run lets its function know of it; what few functions ask for is made when it is asked for. */
interface Run {
  readonly signal: AbortSignal;
  readonly log: Logger;
}

type Facts = Omit<ActivityContext, "idempotencyKey" | keyof Run>;

// A class, because an object literal with a getter in it takes as long to make as all else that starts an activity.
export class RunContext implements ActivityContext {
  readonly instanceId: string;
  readonly executionId: number;
  readonly activityId: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly lastHeartbeat: unknown;
  readonly heartbeat: (details?: unknown) => void;
  readonly #run: Run;

  constructor(run: Run, facts: Facts) {
    this.#run = run;
    this.instanceId = facts.instanceId;
    this.executionId = facts.executionId;
    this.activityId = facts.activityId;
    this.attempt = facts.attempt;
    this.idempotencyKey = facts.activityId;
    this.lastHeartbeat = facts.lastHeartbeat;
    this.heartbeat = facts.heartbeat;
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  get log(): Logger {
    return this.#run.log;
  }
}
