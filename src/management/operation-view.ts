import { attemptsIn, type FailedAttempt } from "../history/index.ts";
import type { Operation, WaitReason } from "../inspection/index.ts";
import type { QueuedWork } from "../providers/contract.ts";
import { instantText } from "./instance-view.ts";

/** An operation, and what stands of it in the work queue. */
export interface OperationView extends Omit<Operation, "startedAt" | "dueAt" | "endedAt" | "failedAttempts"> {
  readonly startedAt: string;
  readonly dueAt: string | null;
  readonly endedAt: string | null;
  readonly work: WorkView | null;
  /** As far as they are kept, oldest first. */
  readonly failedAttempts: readonly FailedAttemptView[];
}

/** An attempt of an activity that has failed. */
export interface FailedAttemptView extends Omit<FailedAttempt, "at" | "node"> {
  readonly at: string;
  readonly node: string | null;
}

/** An activity that has not ended. */
export interface WorkView {
  /** The node that executes it. */
  readonly owner: string | null;
  /** The one under way, or the next. */
  readonly attempt: number;
  /** When a node may take it. */
  readonly visibleAt: string;
  /** Stored text. */
  readonly heartbeat: string | null;
}

/** Why an instance does not go on: one thing that it waits for. */
export interface WaitView extends Omit<WaitReason, "since" | "until"> {
  readonly since: string | null;
  readonly until: string | null;
}

export function operationView(operation: Operation, item: QueuedWork | undefined): OperationView {
  return {
    ...operation,
    startedAt: instantText(operation.startedAt),
    dueAt: instantText(operation.dueAt),
    endedAt: instantText(operation.endedAt),
    work: item === undefined ? null : workView(item),
    failedAttempts: (item === undefined ? operation.failedAttempts : attemptsIn(item.note)).map(attemptView),
  };
}

export function waitView(reason: WaitReason): WaitView {
  return { ...reason, since: instantText(reason.since), until: instantText(reason.until) };
}

const attemptView = ({ attempt, at, node, failure }: FailedAttempt): FailedAttemptView => ({
  attempt,
  at: instantText(at),
  node: node ?? null,
  failure,
});

function workView({ owner, failures, lost, visibleAt, heartbeat }: QueuedWork): WorkView {
  return {
    owner,
    attempt: failures + lost + 1,
    visibleAt: instantText(visibleAt),
    heartbeat,
  };
}
