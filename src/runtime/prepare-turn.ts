import type { AnyOrchestration } from "../definition/index.ts";
import { LimitExceededError, type PerdureError, SchemaVersionError, TerminatedError } from "../errors/index.ts";
import { type CarriedMessage, type HistoryEvent, type ReceivedDraft, encodeEvent } from "../history/index.ts";
import type { MessageToken, QueuedMessage } from "../providers/contract.ts";
import type { Disposition } from "../replay/index.ts";
import { applyDecisions } from "./decision-applier.ts";
import { createEngine, readHistory, replay } from "./hydrate.ts";
import { imposeEnd } from "./impose-end.ts";
import { type Inbox, readInbox } from "./inbox.ts";
import type { Instance } from "./instance.ts";
import type { TurnNode } from "./node.ts";
import {
  type PreparedTurn,
  claimedTooOften,
  describeMessage,
  droppedBefore,
  turnWith,
  leaveToNewer,
  putOff,
  quarantine,
  withoutDropped,
} from "./prepared-turn.ts";
import { startedDraft } from "./start-event.ts";
import { tellTurnBegin } from "./turn-telling.ts";

/**
 * Runs one turn of an instance and gives what is to be committed of it. Nothing that happens in here has an effect
 * outside of memory. What goes wrong in here concerns this instance only, and is itself something to commit.
 */
export async function prepareTurn(node: TurnNode, instance: Instance): Promise<PreparedTurn> {
  const inbox = readInbox(instance);
  const endAs = inbox.terminate === null ? instance.endAs : new TerminatedError(inbox.terminate.reason);
  if (endAs !== null) return imposeEnd(node, { instance, inbox, error: endAs });
  const heldBack = mayBeHeldBack(instance, inbox) ? await whyHeldBack(node, instance) : null;
  if (heldBack !== null) return withoutDropped(quarantine(instance, heldBack), inbox);
  if (inbox.unreadable !== null) return withoutDropped(onUnreadable(instance, inbox.unreadable), inbox);

  const isAwake = instance.engine !== null && instance.fault === null;
  const fault = isAwake ? null : await awaken(node, instance, inbox);
  if (fault instanceof SchemaVersionError) return withoutDropped(leaveToNewer(instance, fault.message), inbox);
  if (fault !== null) return onFault(node, instance, inbox, fault);
  const { engine } = instance;
  if (engine === null) return withoutDropped(putOff(instance, "nothing to run it with"), inbox);

  const told = tellTurnBegin(node, instance, engine, inbox);
  const isFirst = instance.lastEventId === 0;
  const drafts: readonly Draft[] = isFirst
    ? [...startDrafts(node, instance, inbox), ...inbox.received]
    : inbox.received;
  const turn = await engine.turn(
    drafts.map(({ draft }) => draft),
    Math.max(node.provider.now(), inbox.start?.notBefore ?? 0),
  );
  if (turn.outcome.kind === "fault") return onFault(node, instance, inbox, turn.outcome.error, turn.events);

  const left = turn.dispositions.includes("left") ? drafts.filter((_, at) => turn.dispositions[at] === "left") : [];
  const undelivered = left.flatMap(({ carried }) => carried ?? []);
  const effects = applyDecisions(engine, turn, {
    host: node.host,
    instanceId: instance.instanceId,
    handler: instance.handler,
    isFirst,
    undelivered,
    trace: told?.message.trace,
  });
  const isDone = turn.outcome.kind === "ended" && effects.nextExecutionId === null;
  const canGoOn = effects.projection?.handler == null || canRun(node, effects.projection.handler);
  const commit = turnWith(instance, {
    ...effects,
    messages: inbox.replies.length === 0 ? effects.messages : [...effects.messages, ...inbox.replies],
    ackedMessages: tokensExcept(instance.queued, left),
    events: turn.events.map(encodeEvent),
    mailboxRoom: node.limits.mailboxDepth - engine.mailboxes.size - undelivered.length,
    release: isDone || !canGoOn || node.dehydrateAfterMs === 0,
  });
  return {
    commit,
    events: turn.events,
    dropped: [...droppedBefore(inbox), ...droppedByEngine(drafts, turn.dispositions)],
    note: null,
    told,
  };
}

/**
 * A request to terminate brings an instance here whose code is not to be run, even out of quarantine; and when that
 * request turns out to be for somebody else, everything stays as it was.
 */
const mayBeHeldBack = ({ engine }: Instance, { dropped }: Inbox): boolean =>
  engine === null && dropped.some(({ message }) => message.kind === "TerminateRequested");

/** Why the code of the instance is not to be run, if that is so. */
async function whyHeldBack({ provider, limits }: TurnNode, instance: Instance): Promise<string | null> {
  const row = await provider.readInstance(instance.instanceId);
  if (row !== null && row.quarantine !== null) return row.quarantine;
  return instance.claims > limits.claimsWithoutCommit ? claimedTooOften(instance) : null;
}

/** Makes the live function ready. Gives what prevents it from being run, if something does. */
async function awaken(node: TurnNode, instance: Instance, inbox: Inbox): Promise<PerdureError | null> {
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

interface Draft {
  readonly draft: ReceivedDraft;
  readonly from: QueuedMessage | null;
  /** Set if it came with the start, and so has no queued message of its own. */
  readonly carried?: CarriedMessage;
}

function startDrafts(node: TurnNode, instance: Instance, { start }: Inbox): Draft[] {
  if (start === null) return [];
  const definition = node.orchestrationRegistry.resolve(start.name, start.version) as AnyOrchestration;
  const started = startedDraft(instance, start, { version: definition.version, at: node.provider.now(), definition });
  const carried = (start.carried ?? []).map((message): Draft => ({
    draft: { kind: "MessageArrived", ...message },
    from: null,
    carried: message,
  }));
  return [{ draft: started, from: null }, ...carried];
}

function onUnreadable(instance: Instance, error: PerdureError): PreparedTurn {
  return error instanceof SchemaVersionError
    ? leaveToNewer(instance, error.message)
    : quarantine(instance, error.message);
}

async function onFault(
  node: TurnNode,
  instance: Instance,
  inbox: Inbox,
  error: PerdureError,
  events: readonly HistoryEvent[] = [],
): Promise<PreparedTurn> {
  const isCodeFault = !(error instanceof LimitExceededError) && error.category === "configuration";
  if (isCodeFault && node.onNondeterminism === "block")
    return withoutDropped(quarantine(instance, error.message), inbox);
  // What the code did in the turn in which it broke the rules is not to be trusted; that it was started is.
  const [first] = events;
  const started = first?.kind === "OrchestrationStarted" ? first : undefined;
  return imposeEnd(node, { instance, inbox, error, started });
}

function tokensExcept(messages: readonly QueuedMessage[], left: readonly Draft[]): MessageToken[] {
  const kept = left.length === 0 ? null : new Set(left.map(({ from }) => from));
  return messages.filter((message) => kept?.has(message) !== true).map(({ token }) => token);
}

function droppedByEngine(drafts: readonly Draft[], dispositions: readonly Disposition[]): PreparedTurn["dropped"] {
  if (dispositions.every((disposition) => typeof disposition === "string")) return [];
  return drafts.flatMap(({ draft }, index) => {
    const disposition = dispositions[index];
    return typeof disposition === "object" ? [{ what: describeMessage(draft), why: disposition.dropped }] : [];
  });
}

function canRun(node: TurnNode, handler: string): boolean {
  return node.orchestrationRegistry.handlers().includes(handler);
}
