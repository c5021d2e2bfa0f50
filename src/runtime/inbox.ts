import { CorruptPayloadError, InstanceExistsError, SchemaVersionError, errorToFailure } from "../errors/index.ts";
import {
  type CompletionMessage,
  type Message,
  type ParentLink,
  type ReceivedDraft,
  type StartMessage,
  type TerminateMessage,
  decodeMessage,
} from "../history/index.ts";
import type { NewMessage, QueuedMessage } from "../providers/contract.ts";
import { address } from "./execution-end.ts";
import type { Instance } from "./instance.ts";

/** The messages of a turn, read and judged by what the instance is: before any of its code runs. */
export interface Inbox {
  readonly start: StartMessage | null;
  readonly terminate: TerminateMessage | null;
  /** For the engine, each with the queued message that it came from; null for one that came in memory. */
  readonly received: readonly { readonly draft: ReceivedDraft; readonly from: QueuedMessage | null }[];
  /** Acked without effect, and why. */
  readonly dropped: readonly { readonly message: Message; readonly why: string; readonly from: QueuedMessage | null }[];
  /** Answers to messages that were dropped. */
  readonly replies: readonly NewMessage[];
}

/**
 * Throws `CorruptPayloadError` when a message cannot be read, `SchemaVersionError` when only a newer release can: the
 * instance is then not run, and nothing is acked.
 */
export function readInbox(instance: Instance): Inbox {
  let start: StartMessage | null = null;
  let terminate: TerminateMessage | null = null;
  const received: Inbox["received"][number][] = [];
  const dropped: Inbox["dropped"][number][] = [];
  const replies: NewMessage[] = [];

  const all = [
    ...instance.queued.map((from) => ({ message: decodeMessage(from), from })),
    ...instance.entered.map(({ message }) => ({ message: message as Message, from: null })),
  ];
  for (const { message, from } of all) {
    const drop = (why: string) => void dropped.push({ message, why, from });
    switch (message.kind) {
      case "Start":
        if (instance.lastEventId === 0 && isForExecution(instance, message)) start = message;
        else {
          drop("the instance has been started before");
          replies.push(...startReply(instance, message));
        }
        break;
      case "TerminateRequested":
        if (isFromOwnParent(instance, message.from)) terminate = message;
        else drop("it is from a parent that this instance does not have");
        break;
      case "CancelRequested":
        if (isFromOwnParent(instance, message.from)) received.push({ draft: strip(message), from });
        else drop("it is from a parent that this instance does not have");
        break;
      case "EventRaised":
      case "MessageArrived":
        received.push({ draft: message, from });
        break;
      case "ActivityCompleted":
      case "ActivityFailed":
      case "TimerFired":
      case "SubOrchestrationCompleted":
      case "SubOrchestrationFailed": {
        const why = staleness(instance, message);
        if (why === null) received.push({ draft: stripAddress(message), from });
        else drop(why);
      }
    }
  }
  return { start, terminate, received, dropped, replies };
}

/** What the runtime does about an inbox or a history that it cannot read. */
export const isUnreadable = (error: unknown): error is CorruptPayloadError => error instanceof CorruptPayloadError;
export const isFromNewerRelease = (error: unknown): error is SchemaVersionError => error instanceof SchemaVersionError;

function isForExecution(instance: Instance, start: StartMessage): boolean {
  return start.runId === instance.runId && start.executionId === instance.executionId;
}

// A start is normally refused where it is inserted. One that got here all the same must still not leave a parent waiting.
function startReply(instance: Instance, { parent }: StartMessage): NewMessage[] {
  if (parent === undefined || sameLink(parent, instance.parent)) return [];
  const { runId, executionId, eventId: scheduledId } = parent;
  const failure = errorToFailure(new InstanceExistsError(instance.instanceId));
  return [address(parent.instanceId, { kind: "SubOrchestrationFailed", runId, executionId, scheduledId, failure })];
}

function isFromOwnParent(instance: Instance, from: ParentLink | undefined): boolean {
  return from === undefined || sameLink(from, instance.parent);
}

function sameLink(a: ParentLink, b: ParentLink | null): boolean {
  return (
    b !== null &&
    a.instanceId === b.instanceId &&
    a.runId === b.runId &&
    a.executionId === b.executionId &&
    a.eventId === b.eventId
  );
}

function staleness(instance: Instance, { runId, executionId }: CompletionMessage): string | null {
  if (runId !== instance.runId) return "it is for another run of this id";
  if (executionId === instance.executionId) return null;
  if (executionId > instance.executionId) {
    throw new CorruptPayloadError(
      `A completion is for execution ${executionId} of "${instance.instanceId}", which is only at ` +
        `execution ${instance.executionId}.`,
    );
  }
  return `it is for execution ${executionId}, which has ended`;
}

function strip({ from: _from, ...draft }: Extract<Message, { kind: "CancelRequested" }>): ReceivedDraft {
  return draft;
}

function stripAddress({ runId: _runId, executionId: _executionId, ...draft }: CompletionMessage): ReceivedDraft {
  return draft;
}
