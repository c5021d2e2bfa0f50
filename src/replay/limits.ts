import { LimitExceededError } from "../errors/index.ts";
import { type Decision, isScheduling } from "../history/index.ts";
import type { DecisionLog } from "./decision-log.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { Operations } from "./operations.ts";

interface Execution {
  readonly options: EngineOptions;
  readonly log: DecisionLog;
  readonly operations: Operations;
}

/** The limit that a new decision goes beyond, if there is one. To be asked before its operation is open. */
export function limitExceededBy(decision: Decision, { options, log, operations }: Execution) {
  const { instanceId, limits } = options;
  if (log.lastEventId > limits.events) return tooManyEvents(instanceId, limits.events);
  const isTooMany = isScheduling(decision) && operations.size >= limits.openOperations;
  return isTooMany ? tooManyOperations(instanceId, limits.openOperations) : undefined;
}

const tooManyEvents = (instanceId: string, limit: number) =>
  new LimitExceededError(
    `The history of "${instanceId}" has more than ${limit} events. Use continueAsNew in long loops.`,
    "events",
  );

const tooManyOperations = (instanceId: string, limit: number) =>
  new LimitExceededError(
    `"${instanceId}" has more than ${limit} operations open at once. Work in batches, or raise limits.openOperations.`,
    "openOperations",
  );
