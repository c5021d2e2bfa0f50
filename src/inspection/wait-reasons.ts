import type { Failure } from "../errors/index.ts";
import type { InstanceQueues, InstanceRecord, NodeRecord, QueuedWork } from "../providers/contract.ts";
import type { HistoryState } from "./history-fold.ts";
import type { Operation, OperationKind } from "./operation.ts";

/** One thing that an instance waits for right now. */
export interface WaitReason {
  /** `turn`: for a node to take it in. `quarantine`: for a person. */
  readonly kind: OperationKind | "turn" | "quarantine";
  /** A sentence for people. */
  readonly text: string;
  /** Of the decision that it waits for, if it is one. */
  readonly eventId: number | null;
  readonly childId: string | null;
  readonly since: number | null;
  /** When it will be over, or be looked at again, if that is known. */
  readonly until: number | null;
  /** Nothing will happen by itself: something is missing, or has to be done. */
  readonly isStuck: boolean;
}

export interface InstanceAtRest {
  readonly record: InstanceRecord;
  /** Null before its first turn. */
  readonly history: HistoryState | null;
  readonly queues: InstanceQueues;
  /** Of the whole store. */
  readonly nodes: readonly NodeRecord[];
}

/** What an instance that has not ended waits for: first what concerns all of it, then each open operation. */
export function waitReasons(instance: InstanceAtRest): readonly WaitReason[] {
  const { record, history, queues } = instance;
  const open = history?.operations.filter(({ outcome }) => outcome === "open") ?? [];
  if (record.quarantine !== null) {
    const text = `It is in quarantine: ${record.quarantine} Nothing happens to it before it is released.`;
    return [{ ...blank, kind: "quarantine", text, isStuck: true }];
  }
  const live = liveNodes(instance);
  const turn = turnReason(record, queues, live);
  return [...(turn === null ? [] : [turn]), ...open.map((operation) => operationReason(operation, instance, live))];
}

const blank = { eventId: null, childId: null, since: null, until: null, isStuck: false } as const;

interface LiveNodes {
  readonly count: number;
  readonly capabilities: ReadonlySet<string>;
}

function liveNodes({ nodes, queues }: InstanceAtRest): LiveNodes {
  const live = nodes.filter(({ leaseUntil }) => leaseUntil > queues.storeNow);
  return { count: live.length, capabilities: new Set(live.flatMap(({ capabilities }) => capabilities)) };
}

function turnReason(record: InstanceRecord, queues: InstanceQueues, live: LiveNodes): WaitReason | null {
  const { messages, owner, availableAt, storeNow, handler } = queues;
  if (messages === 0) return null;
  const reason = { ...blank, kind: "turn" } as const;
  if (owner !== null) return { ...reason, text: `Node ${owner} takes in ${count(messages, "message")}.` };
  if (availableAt > storeNow) {
    return { ...reason, text: `It is held back, and then taken by another node.`, until: availableAt };
  }
  const waiting = `${count(messages, "message")} wait${messages === 1 ? "s" : ""} to be taken in`;
  if (live.count === 0) return { ...reason, text: `${waiting}, and no node is live.`, isStuck: true };
  if (!live.capabilities.has(handler)) {
    // Not the record's version: it may be about to go on in another.
    const version = handler.endsWith("@*") ? "" : ` in version ${handler.slice(record.name.length + 1)}`;
    const text = `${waiting}, and no live node has orchestration "${record.name}"${version}.`;
    return { ...reason, text, isStuck: true };
  }
  return { ...reason, text: `${waiting} by the next free node.` };
}

function operationReason(operation: Operation, instance: InstanceAtRest, live: LiveNodes): WaitReason {
  const { eventId, kind, name, startedAt, dueAt, childId } = operation;
  const reason = { ...blank, kind, eventId, childId, since: startedAt, until: dueAt };
  switch (kind) {
    case "activity":
      return { ...reason, ...activityReason(operation, instance, live) };
    case "timer":
      return { ...reason, ...timerReason(dueAt, instance.queues.storeNow, live) };
    case "child":
      return { ...reason, text: `Child "${childId ?? ""}" of orchestration "${name}" has not ended.` };
    case "event":
      return { ...reason, text: `Nobody has raised event "${name}" yet.` };
    case "message":
      return { ...reason, text: `Mailbox "${name}" is empty.` };
    case "detached":
      return { ...reason, text: `Orchestration "${name}" is being started.` };
  }
}

function timerReason(dueAt: number | null, storeNow: number, live: LiveNodes): Pick<WaitReason, "text" | "isStuck"> {
  if (dueAt === null || dueAt > storeNow) return { text: "A timer has not come due.", isStuck: false };
  if (live.count > 0) return { text: "A timer has come due, and is about to be delivered.", isStuck: false };
  return { text: "A timer has come due, and no node is live to deliver it.", isStuck: true };
}

function activityReason(
  { eventId, name, queue }: Operation,
  { record, queues }: InstanceAtRest,
  live: LiveNodes,
): Pick<WaitReason, "text" | "isStuck"> & { readonly until?: number } {
  const id = `${record.runId}.${record.executionId}.${eventId}`;
  const item = queues.work.find((candidate) => candidate.id === id);
  const activity = `Activity "${name}"`;
  if (item === undefined) return { text: `${activity} has not ended.`, isStuck: false };
  const attempt = item.failures + item.lost + 1;
  if (item.owner !== null)
    return { text: `${activity} runs on node ${item.owner}, attempt ${attempt}.`, isStuck: false };
  const after = lastFailure(item);
  if (!live.capabilities.has(`activity:${item.queue}/${name}`)) {
    const of = queue === null || queue === "default" ? "" : ` of queue "${queue}"`;
    return { text: `${activity}${of} is registered on no live node${after}.`, isStuck: true };
  }
  if (item.visibleAt > queues.storeNow) {
    return { text: `${activity} waits for attempt ${attempt}${after}.`, until: item.visibleAt, isStuck: false };
  }
  return { text: `${activity} waits for a free slot, attempt ${attempt}${after}.`, isStuck: false };
}

// What was left behind by the attempt before, in the stored form of an error.
function lastFailure({ note }: QueuedWork): string {
  if (note === null) return "";
  try {
    const { name, message } = JSON.parse(note) as Failure;
    return `, after ${name}: ${message}`;
  } catch {
    return "";
  }
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;
