import { LimitExceededError } from "../errors/index.ts";
import { type Decision, type HistoryEvent, isScheduling } from "../history/index.ts";
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

/** Of the names and ids in an event that the code gave, in bytes. */
export function longestText(event: HistoryEvent): number {
  const { name, mailbox, queue, session, instanceId, key }: Readonly<Record<string, unknown>> = { ...event };
  const texts = [name, mailbox, queue, session, instanceId, key].filter((text) => typeof text === "string");
  return Math.max(0, ...texts.map((text) => Buffer.byteLength(text)));
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
