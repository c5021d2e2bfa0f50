import { type Failure, InstanceNotFoundError } from "../errors/index.ts";
import { decodeEvent, decodeHistory, type HistoryEvent, isTerminal } from "../history/index.ts";
import { foldHistory, type HistoryState, waitReasons } from "../inspection/index.ts";
import type { ExecutionRecord, InstanceQueues, InstanceRecord, Provider } from "../providers/contract.ts";
import { checkInstanceId } from "../values/index.ts";
import { type InstanceView, instanceView, instantText } from "./instance-view.ts";
import { type OperationView, operationView, type WaitView, waitView } from "./operation-view.ts";

/** All that can be known of an instance and its current execution, but for the events themselves. */
export interface InstanceReport {
  readonly storeNow: string;
  readonly instance: InstanceView;
  /** The node that has it hydrated. */
  readonly owner: string | null;
  /** Claims since the last commit: more than one says that it keeps failing there. */
  readonly claims: number;
  readonly queuedMessages: number;
  /** Why it does not go on; empty when it has ended. */
  readonly waits: readonly WaitView[];
  /** Null before its first turn, and for a history that cannot be read: then `damage` says why. */
  readonly execution: ExecutionReport | null;
  readonly damage: string | null;
  /** Oldest first. */
  readonly executions: readonly ExecutionView[];
}

/** What an execution has done and what it has open, folded from its history. */
export interface ExecutionReport {
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly events: number;
  readonly isCancelling: boolean;
  readonly fingerprint: string | null;
  /** Stored text, as results are. */
  readonly input: string;
  readonly result: string | null;
  readonly failure: Failure | null;
  readonly operations: readonly OperationView[];
  readonly unread: Readonly<Record<string, number>>;
  readonly patches: readonly string[];
  /** Key-value state, as stored text. */
  readonly state: Readonly<Record<string, string>>;
}

/** One execution of an instance, from its first and its last event. */
export interface ExecutionView {
  readonly executionId: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly events: number;
  /** The kind of its last event, when it has ended. */
  readonly end: string | null;
}

const queueLimit = 1_000;

export async function describeInstance(provider: Provider, instanceId: string): Promise<InstanceReport> {
  checkInstanceId(instanceId, "instanceId");
  const [record, rows, queues, executions, { nodes, storeNow }] = await Promise.all([
    provider.readInstance(instanceId),
    provider.readHistory(instanceId),
    provider.readInstanceQueues({ instanceId, limit: queueLimit }),
    provider.listExecutions(instanceId),
    provider.listNodes(),
  ]);
  if (record === null || queues === null || rows === null) throw new InstanceNotFoundError(instanceId);
  const { history, damage } = readable(() => decodeHistory(rows));
  const state = history === null || history.length === 0 ? null : foldHistory(history);
  return {
    storeNow: instantText(storeNow),
    instance: instanceView(record),
    owner: queues.owner,
    claims: queues.claims,
    queuedMessages: queues.messages,
    waits: hasEnded(record) ? [] : waitReasons({ record, history: state, queues, nodes }).map(waitView),
    execution: state && history && executionReport(state, history, queues, record),
    damage,
    executions: executions.map(executionView),
  };
}

const hasEnded = ({ status }: InstanceRecord) => status !== "pending" && status !== "running";

function readable(read: () => readonly HistoryEvent[]): {
  readonly history: readonly HistoryEvent[] | null;
  readonly damage: string | null;
} {
  try {
    return { history: read(), damage: null };
  } catch (error) {
    // Whoever looks is looking because something is wrong: what can be shown still is.
    return { history: null, damage: (error as Error).message };
  }
}

function executionReport(
  state: HistoryState,
  history: readonly HistoryEvent[],
  queues: InstanceQueues,
  { runId, executionId }: InstanceRecord,
): ExecutionReport {
  const [first] = history;
  const items = new Map(queues.work.map((item) => [item.id, item]));
  const { isCancelling, input, result, failure, patches, operations } = state;
  return {
    startedAt: instantText(state.startedAt),
    endedAt: instantText(state.endedAt),
    events: state.lastEventId,
    isCancelling,
    fingerprint: (first?.kind === "OrchestrationStarted" ? first.fingerprint : undefined) ?? null,
    input,
    result,
    failure,
    patches,
    operations: operations.map((operation) =>
      operationView(operation, items.get(`${runId}.${executionId}.${operation.eventId}`)),
    ),
    unread: Object.fromEntries(state.unread),
    state: Object.fromEntries(state.state),
  };
}

function executionView({ executionId, first, last }: ExecutionRecord): ExecutionView {
  const { history: end } = readable(() => [decodeEvent(last)]);
  const kind = end?.[0] !== undefined && isTerminal(end[0]) ? end[0].kind : null;
  return {
    executionId,
    startedAt: instantText(first.at),
    endedAt: kind === null ? null : instantText(last.at),
    events: last.eventId,
    end: kind,
  };
}
