import type { ActivityPolicy } from "../definition/index.ts";

/** What a work item's body says: which decision it carries out, and what the call overrode of the activity's policy. */
export interface WorkBody {
  readonly runId: string;
  readonly executionId: number;
  readonly eventId: number;
  readonly policy?: ActivityPolicy;
  /** A schema has seen the input. */
  readonly validated?: true;
}

/** Unique in the store; also the activity's idempotency key. */
export function activityId(
  execution: { readonly runId: string; readonly executionId: number },
  eventId: number,
): string {
  return `${execution.runId}.${execution.executionId}.${eventId}`;
}

export const encodeWork = (body: WorkBody): string => JSON.stringify(body);

export const decodeWork = (text: string): WorkBody => JSON.parse(text) as WorkBody;
