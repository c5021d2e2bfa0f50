import { LimitExceededError, type PerdureError, TerminatedError } from "../errors/index.ts";
import {
  type ExecutionEnded,
  type HistoryEvent,
  type OpenOperation,
  type OrchestrationStarted,
  type ReceivedDraft,
  type StartMessage,
  decodeHistory,
  encodeEvent,
  openChildren,
} from "../history/index.ts";
import type { QueuedMessage, TurnCommit } from "../providers/contract.ts";
import { type Disposition, semantics } from "../replay/index.ts";
import { randomId } from "../values/index.ts";
import { applyDecisions } from "./decision-applier.ts";
import { endExecution, imposedEnd } from "./execution-end.ts";
import { createEngine, readHistory, replay } from "./hydrate.ts";
import { type Inbox, isFromNewerRelease, isUnreadable, readInbox } from "./inbox.ts";
import type { Instance } from "./instance.ts";
import type { Node } from "./node.ts";

export interface PreparedTurn {
  readonly commit: TurnCommit;
  /** For the log. */
  readonly events: readonly HistoryEvent[];
  readonly dropped: readonly { readonly what: string; readonly why: string }[];
  readonly note: string | null;
}

/**
 * Runs one turn of an instance and gives what is to be committed of it. Nothing that happens in here has an effect
 * outside of memory. What goes wrong in here concerns this instance only, and is itself something to commit.
 */
export async function prepareTurn(node: Node, instance: Instance): Promise<PreparedTurn> {
  let inbox: Inbox;
  try {
    inbox = readInbox(instance);
  } catch (error) {
    if (isFromNewerRelease(error)) return release(instance, error.message, laterMs);
    if (isUnreadable(error)) return quarantine(instance, error.message);
    throw error;
  }
  if (inbox.terminate !== null) return end(node, instance, inbox, new TerminatedError(inbox.terminate.reason));
  if (instance.endAs !== null) return end(node, instance, inbox, instance.endAs);

  const fault = await awaken(node, instance, inbox);
  if (fault !== null) return onFault(node, instance, inbox, fault);
  const { engine } = instance;
  if (engine === null) return release(instance, "nothing to run it with, or nothing to start it from", laterMs);

  const isFirst = instance.lastEventId === 0;
  const drafts = [...(isFirst ? startDrafts(node, instance, inbox) : []), ...inbox.received];
  const turn = await engine.turn(
    drafts.map(({ draft }) => draft),
    Math.max(node.provider.now(), inbox.start?.notBefore ?? 0),
  );
  if (turn.outcome.kind === "fault") return onFault(node, instance, inbox, turn.outcome.error, turn.events);

  const effects = applyDecisions(engine, turn, instance.instanceId, isFirst);
  const left = leftMessages(drafts, turn.dispositions);
  const isDone = turn.outcome.kind === "ended" && effects.nextExecutionId === null;
  const canGoOn = effects.projection?.handler == null || canRun(node, effects.projection.handler);
  return {
    commit: {
      ...base(instance),
      ...effects,
      messages: [...effects.messages, ...inbox.replies],
      ackedMessages: instance.queued.filter((message) => !left.has(message)).map(({ token }) => token),
      events: turn.events.map(encodeEvent),
      release: isDone || !canGoOn || node.dehydrateAfterMs === 0,
    },
    events: turn.events,
    dropped: [...inbox.dropped.map(describeDropped), ...droppedByEngine(drafts, turn.dispositions)],
    note: null,
  };
}

/** Makes the live function ready. Gives what prevents it from being run, if something does. */
async function awaken(node: Node, instance: Instance, inbox: Inbox): Promise<PerdureError | null> {
  if (instance.fault !== null) return instance.fault;
  if (instance.engine !== null) return null;
  if (instance.lastEventId === 0) {
    if (inbox.start === null) return null;
    const definition = node.orchestrationRegistry.resolve(inbox.start.name, inbox.start.version);
    if (definition !== undefined) instance.engine = createEngine(node, instance, definition);
    return null;
  }
  let history: ReturnType<typeof readHistory>;
  try {
    history = readHistory(instance);
  } catch (error) {
    if (isFromNewerRelease(error)) return null;
    return error as PerdureError;
  }
  if (history === null) return null;
  const { name, version } = history.started;
  const definition = node.orchestrationRegistry.resolve(name, version);
  if (definition === undefined) return null;
  const { engine, outcome } = await replay(node, instance, definition, history.events);
  instance.engine = engine;
  return outcome.kind === "fault" ? outcome.error : null;
}

type Draft = { readonly draft: ReceivedDraft; readonly from: QueuedMessage | null };

function startDrafts(node: Node, instance: Instance, { start }: Inbox): Draft[] {
  if (start === null) return [];
  const { version } = node.orchestrationRegistry.resolve(start.name, start.version) as { version: string };
  const started = startedDraft(instance, start, version, node.provider.now());
  const carried = (start.carried ?? []).map(({ mailbox, payload }): ReceivedDraft => ({
    kind: "MessageArrived",
    mailbox,
    payload,
  }));
  return [started, ...carried].map((draft) => ({ draft, from: null }));
}

function startedDraft(
  { runId, executionId }: Instance,
  start: StartMessage,
  version: string,
  now: number,
): Extract<ReceivedDraft, { kind: "OrchestrationStarted" }> {
  return {
    kind: "OrchestrationStarted",
    name: start.name,
    version,
    runId,
    executionId,
    semantics,
    ...(start.parent && { parent: start.parent }),
    startedAt: start.startedAt ?? now,
    ...(start.customStatus !== undefined && { customStatus: start.customStatus }),
    payload: start.payload,
  };
}

async function onFault(
  node: Node,
  instance: Instance,
  inbox: Inbox,
  error: PerdureError,
  events: readonly HistoryEvent[] = [],
): Promise<PreparedTurn> {
  const isCodeFault = !(error instanceof LimitExceededError) && error.category === "configuration";
  if (isCodeFault && node.onNondeterminism === "block") return quarantine(instance, error.message);
  // What the code did in the turn in which it broke the rules is not to be trusted; that it was started is.
  const [first] = events;
  return end(node, instance, inbox, error, first?.kind === "OrchestrationStarted" ? first : undefined);
}

/** Ends the execution without running its code any further. */
async function end(
  node: Node,
  instance: Instance,
  inbox: Inbox,
  error: PerdureError,
  started?: OrchestrationStarted,
): Promise<PreparedTurn> {
  const at = Math.max(node.provider.now(), instance.engine?.log.now ?? 0);
  const events: HistoryEvent[] = [];
  if (instance.lastEventId === 0) {
    if (inbox.start === null) return release(instance, "its start has not arrived", laterMs);
    const version = inbox.start.version ?? "*";
    events.push(started ?? { ...startedDraft(instance, inbox.start, version, at), eventId: 1, at });
  }
  const ended: ExecutionEnded = { ...imposedEnd(error), eventId: instance.lastEventId + events.length + 1, at };
  events.push(ended);
  const children = await childrenOf(node, instance);
  const effects = endExecution({
    instanceId: instance.instanceId,
    runId: instance.runId,
    executionId: instance.executionId,
    parent: instance.parent,
    openChildren: children,
    end: ended,
    carried: null,
  });
  const first = events[0] as HistoryEvent;
  return {
    commit: {
      ...base(instance),
      messages: [...effects.messages, ...inbox.replies],
      closes: true,
      projection: {
        status: effects.status,
        version: first.kind === "OrchestrationStarted" ? first.version : null,
        handler: null,
        customStatus: null,
      },
      ackedMessages: instance.queued.map(({ token }) => token),
      events: events.map(encodeEvent),
      release: true,
    },
    events,
    dropped: [
      ...inbox.dropped.map(describeDropped),
      ...inbox.received.map(({ draft }) => ({ what: draft.kind, why: "the instance was ended" })),
    ],
    note: error.message,
  };
}

type Child = Pick<OpenOperation, "eventId" | "instanceId" | "onParentEnd">;

async function childrenOf(node: Node, instance: Instance): Promise<readonly Child[]> {
  if (instance.lastEventId === 0) return [];
  if (instance.engine !== null && instance.fault === null && !instance.engine.isOver) {
    return instance.engine.openOperations().filter(({ kind }) => kind === "SubOrchestrationScheduled");
  }
  try {
    const rows = instance.unreplayed ?? (await node.provider.readHistory(instance.instanceId, instance.executionId));
    return openChildren(decodeHistory(rows ?? []));
  } catch {
    // The history cannot be read: the children's own links say whose they are.
    const records = await node.provider.listChildren(instance.instanceId, instance.runId);
    return records.map((record) => ({ instanceId: record.instanceId, eventId: record.parent?.eventId ?? 0 }));
  }
}

function release(instance: Instance, note: string, availableInMs: number): PreparedTurn {
  const commit = { ...base(instance), ackedWork: [], release: true, availableInMs };
  return { commit, events: [], dropped: [], note };
}

function quarantine(instance: Instance, reason: string): PreparedTurn {
  const commit = { ...base(instance), ackedWork: [], release: true, quarantine: reason };
  return { commit, events: [], dropped: [], note: reason };
}

/** A turn without any effect yet. */
export function base(instance: Instance): TurnCommit {
  return {
    ref: instance.ref,
    instanceId: instance.instanceId,
    turnId: randomId(),
    epoch: instance.epoch,
    executionId: instance.executionId,
    lastEventId: instance.lastEventId,
    ackedMessages: [],
    ackedWork: instance.entered.map(({ fence }) => fence),
    events: [],
    state: [],
    work: [],
    timers: [],
    starts: [],
    messages: [],
    cancelledWork: [],
    cancelledTimers: [],
    closes: false,
    nextExecutionId: null,
    projection: null,
    release: false,
    availableInMs: 0,
    quarantine: null,
  };
}

function leftMessages(
  drafts: readonly Draft[],
  dispositions: readonly Disposition[],
): ReadonlySet<QueuedMessage | null> {
  return new Set(drafts.filter((_, index) => dispositions[index] === "left").map(({ from }) => from));
}

function droppedByEngine(drafts: readonly Draft[], dispositions: readonly Disposition[]) {
  return drafts.flatMap(({ draft }, index) => {
    const disposition = dispositions[index];
    return typeof disposition === "object" ? [{ what: describe(draft), why: disposition.dropped }] : [];
  });
}

const describeDropped = ({ message, why }: Inbox["dropped"][number]) => ({ what: describe(message), why });

function describe(message: { readonly kind: string; readonly scheduledId?: number; readonly name?: string }): string {
  if (message.scheduledId !== undefined) return `${message.kind} for event ${message.scheduledId}`;
  return message.name === undefined ? message.kind : `${message.kind} "${message.name}"`;
}

function canRun(node: Node, handler: string): boolean {
  return node.orchestrationRegistry.handlers().includes(handler);
}

// Long enough not to spin, short enough that a node which can do it is not missed for long.
const laterMs = 1_000;
