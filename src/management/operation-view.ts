import { type Failure, isFailure } from "../errors/index.ts";
import type { Operation, WaitReason } from "../inspection/index.ts";
import type { QueuedWork } from "../providers/contract.ts";
import { instantText } from "./instance-view.ts";

/** An operation, and what stands of it in the work queue. */
export interface OperationView extends Omit<Operation, "startedAt" | "dueAt" | "endedAt"> {
  readonly startedAt: string;
  readonly dueAt: string | null;
  readonly endedAt: string | null;
  readonly work: WorkView | null;
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
  /** Of the attempt before. */
  readonly lastFailure: Failure | null;
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
  };
}

export function waitView(reason: WaitReason): WaitView {
  return { ...reason, since: instantText(reason.since), until: instantText(reason.until) };
}

function workView({ owner, failures, lost, visibleAt, heartbeat, note }: QueuedWork): WorkView {
  return {
    owner,
    attempt: failures + lost + 1,
    visibleAt: instantText(visibleAt),
    heartbeat,
    lastFailure: note === null ? null : failureIn(note),
  };
}

function failureIn(note: string): Failure | null {
  try {
    const json: unknown = JSON.parse(note);
    return isFailure(json) ? json : null;
  } catch {
    return null;
  }
}
