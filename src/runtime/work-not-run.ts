// Why an item fails without its activity having been run.
import { ActivityError, NotRegisteredError, type PerdureError, TimeoutError } from "../errors/index.ts";
import type { WorkItem } from "../providers/contract.ts";
import { decodeWork } from "./work-body.ts";

/** It may be what ended its nodes. */
export const lostTooOften = ({ name, lost, failures }: WorkItem) =>
  new ActivityError(`Activity "${name}" was lost with its node ${lost} times. It may be what ends the process.`, {
    activity: name,
    attempts: lost + failures,
    code: "ACTIVITY_LOST",
    category: "infrastructure",
  });

/** Of an item that has expired. What has a time to start by is left to that, however long its activity is missing. */
export function notStarted({ name, queue, body }: WorkItem, graceMs: number): PerdureError {
  let startWithinMs: number | undefined;
  try {
    startWithinMs = decodeWork(body).policy?.scheduleToStartMs;
  } catch (error) {
    return error as PerdureError;
  }
  if (startWithinMs !== undefined) {
    return new TimeoutError(`No node started activity "${name}" of queue "${queue}" within ${startWithinMs} ms.`);
  }
  return new NotRegisteredError(
    `Activity "${name}" of queue "${queue}" is not registered on any live node, and has not been for ${graceMs} ms.`,
  );
}
