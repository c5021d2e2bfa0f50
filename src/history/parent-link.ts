/** Where a child instance reports its end: an execution of a parent, and the event there that scheduled the child. */
export interface ParentLink {
  readonly instanceId: string;
  readonly runId: string;
  readonly executionId: number;
  readonly eventId: number;
}
