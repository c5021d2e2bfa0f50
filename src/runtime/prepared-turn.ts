import type { HistoryEvent } from "../history/index.ts";
import type { TurnCommit } from "../providers/contract.ts";
import type { Effects } from "./decision-applier.ts";
import type { Inbox } from "./inbox.ts";
import type { Instance } from "./instance.ts";
import type { ToldTurn } from "./turn-telling.ts";

/** What a turn has led to, before it is committed. */
export interface PreparedTurn {
  readonly commit: TurnCommit;
  /** For the log. */
  readonly events: readonly HistoryEvent[];
  readonly dropped: readonly { readonly what: string; readonly why: string }[];
  readonly note: string | null;
  /** Somebody was told that it began, and waits to hear how it ended. */
  readonly told?: ToldTurn | null;
}

type TurnContent = Effects & Pick<TurnCommit, "events" | "ackedMessages" | "mailboxRoom" | "release">;

const nothing: TurnContent = {
  events: [],
  ackedMessages: [],
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
  mailboxRoom: undefined,
  release: false,
};

/** A turn without any effect yet. */
export const emptyTurn = (instance: Instance): TurnCommit => turnWith(instance, nothing);

/**
 * A turn with these effects. Each is named here, because this runs for every turn and a spread costs ten times as much.
 */
export function turnWith(instance: Instance, content: TurnContent): TurnCommit {
  return {
    ref: instance.ref,
    instanceId: instance.instanceId,
    runId: instance.runId,
    turnId: instance.host.newId(),
    epoch: instance.epoch,
    executionId: instance.executionId,
    lastEventId: instance.lastEventId,
    ackedMessages: content.ackedMessages,
    ackedWork: instance.entered.map(({ fence }) => fence),
    events: content.events,
    state: content.state,
    work: content.work,
    timers: content.timers,
    starts: content.starts,
    messages: content.messages,
    cancelledWork: content.cancelledWork,
    cancelledTimers: content.cancelledTimers,
    closes: content.closes,
    nextExecutionId: content.nextExecutionId,
    projection: content.projection,
    mailboxRoom: content.mailboxRoom,
    release: content.release,
    availableInMs: 0,
    quarantine: null,
  };
}

/** Nothing is acked: the instance is taken again after a while, by this node or by one that can do more with it. */
export function putOff(instance: Instance, note: string): PreparedTurn {
  const commit = { ...emptyTurn(instance), ackedWork: [], release: true, availableInMs: laterMs };
  return { commit, events: [], dropped: [], note };
}

/**
 * As `putOff`, for what only a node of a newer release can read: however often that happens, nothing is wrong with it.
 */
export function leaveToNewer(instance: Instance, note: string): PreparedTurn {
  const turn = putOff(instance, note);
  return { ...turn, commit: { ...turn.commit, claimDoesNotCount: true } };
}

/** Nothing is acked, and nobody takes the instance until somebody has looked at it. */
export function quarantine(instance: Instance, reason: string): PreparedTurn {
  const commit = { ...emptyTurn(instance), ackedWork: [], release: true, quarantine: reason };
  return { commit, events: [], dropped: [], note: reason };
}

/** The reason for a quarantine. */
export const claimedTooOften = ({ claims }: Instance): string =>
  `It was claimed ${claims - 1} times without a commit. Its code may never yield or may kill its process. Fix that, ` +
  "then release the instance; or terminate it.";

/**
 * The turn, and what the inbox dropped acked with it. Nothing of that is waited for any more; and a request to
 * terminate that is for somebody else would bring the instance, until it is acked, to nodes that can do nothing with
 * it.
 */
export function withoutDropped(turn: PreparedTurn, inbox: Inbox): PreparedTurn {
  const ackedMessages = inbox.dropped.flatMap(({ from }) => from?.token ?? []);
  const availableInMs = ackedMessages.length === 0 ? turn.commit.availableInMs : 0;
  const commit = { ...turn.commit, ackedMessages, messages: inbox.replies, availableInMs };
  return { ...turn, commit, dropped: droppedBefore(inbox) };
}

/** Of what the inbox dropped, for the log. */
export const droppedBefore = ({ dropped }: Inbox): PreparedTurn["dropped"] =>
  dropped.map(({ message, why }) => ({ what: describeMessage(message), why }));

/** For the log. */
export function describeMessage(message: {
  readonly kind: string;
  readonly scheduledId?: number;
  readonly name?: string;
}): string {
  if (message.scheduledId !== undefined) return `${message.kind} for event ${message.scheduledId}`;
  return message.name === undefined ? message.kind : `${message.kind} "${message.name}"`;
}

// Long enough not to spin, short enough that a node which can do it is not missed for long.
const laterMs = 1_000;
