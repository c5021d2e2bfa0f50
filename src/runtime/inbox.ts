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
import { isSameLink, parentOf } from "./parent-of.ts";

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
  /** Why the first message that cannot be read cannot; then the instance may be ended, but not run. */
  readonly unreadable: CorruptPayloadError | SchemaVersionError | null;
}

export function readInbox(instance: Instance): Inbox {
  const { messages, unreadable } = readMessages(instance);
  const start = messages.map(({ message }) => message).find((message) => isOwnStart(instance, message)) ?? null;
  const parent = parentOf(instance, start);
  let terminate: TerminateMessage | null = null;
  const received: Inbox["received"][number][] = [];
  const dropped: Inbox["dropped"][number][] = [];
  const replies: NewMessage[] = [];

  for (const { message, from } of messages) {
    const drop = (why: string) => void dropped.push({ message, why, from });
    switch (message.kind) {
      case "Start":
        if (message === start) break;
        drop("the instance has been started before");
        replies.push(...startReply(instance.instanceId, message, parent));
        break;
      case "TerminateRequested":
        if (isFromOwnParent(message, parent)) terminate = message;
        else drop("it is from a parent that this instance does not have");
        break;
      case "CancelRequested":
        if (isFromOwnParent(message, parent)) received.push({ draft: strip(message), from });
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
  return { start, terminate, received, dropped, replies, unreadable };
}

interface ReadMessage {
  readonly message: Message;
  readonly from: QueuedMessage | null;
}

function readMessages(instance: Instance): {
  readonly messages: readonly ReadMessage[];
  readonly unreadable: Inbox["unreadable"];
} {
  const messages: ReadMessage[] = [];
  let unreadable: Inbox["unreadable"] = null;
  for (const from of instance.queued) {
    try {
      const message = decodeMessage(from);
      checkExecution(instance, message);
      messages.push({ message, from });
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      unreadable ??= error;
    }
  }
  for (const { message } of instance.entered) messages.push({ message, from: null });
  return { messages, unreadable };
}

const isUnreadable = (error: unknown): error is CorruptPayloadError | SchemaVersionError =>
  error instanceof CorruptPayloadError || error instanceof SchemaVersionError;

function isOwnStart({ lastEventId, runId, executionId }: Instance, message: Message): message is StartMessage {
  return (
    lastEventId === 0 && message.kind === "Start" && message.runId === runId && message.executionId === executionId
  );
}

function isFromOwnParent({ from }: { readonly from?: ParentLink }, parent: ParentLink | null): boolean {
  return from === undefined || isSameLink(from, parent);
}

// A start is normally refused where it is inserted. One that got here all the same must still not leave a parent
// waiting.
function startReply(instanceId: string, start: StartMessage, parent: ParentLink | null): NewMessage[] {
  if (start.parent === undefined || isSameLink(start.parent, parent)) return [];
  const { runId, executionId, eventId: scheduledId } = start.parent;
  const failure = errorToFailure(new InstanceExistsError(instanceId));
  const message: Message = { kind: "SubOrchestrationFailed", runId, executionId, scheduledId, failure };
  return [address(start.parent.instanceId, message)];
}

function staleness(instance: Instance, { runId, executionId }: CompletionMessage): string | null {
  if (runId !== instance.runId) return "it is for another run of this id";
  return executionId === instance.executionId ? null : `it is for execution ${executionId}, which has ended`;
}

// What is not for the current execution is for an older one. From the future it can only be if the store is damaged.
function checkExecution(instance: Instance, message: Message): void {
  if (!("scheduledId" in message) || message.runId !== instance.runId) return;
  if (message.executionId <= instance.executionId) return;
  throw new CorruptPayloadError(
    `${message.kind} is for execution ${message.executionId} of "${instance.instanceId}", which is only at ` +
      `execution ${instance.executionId}.`,
  );
}

function strip({ from: _from, ...draft }: Extract<Message, { kind: "CancelRequested" }>): ReceivedDraft {
  return draft;
}

function stripAddress({ runId: _runId, executionId: _executionId, ...draft }: CompletionMessage): ReceivedDraft {
  return draft;
}
