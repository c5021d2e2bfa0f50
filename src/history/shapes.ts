import { isFailure } from "../errors/index.ts";
import type { EventKind, HistoryEvent } from "./events.ts";
import type { Message } from "./messages.ts";

/*
 * What a stored event or message must have to be one. The tables name every field of every kind, or they do not
 * compile; and what they refuse was never written by any release, or has been damaged since.
 */

type Check = (value: unknown) => boolean;
type FieldsOf<T> = { readonly [F in Exclude<keyof T, "kind" | "eventId" | "at">]-?: Check };
type MessageOf<K> = Extract<Message, { readonly kind: K }>;
type EventOf<K> = Extract<HistoryEvent, { readonly kind: K }>;

const text: Check = (value) => typeof value === "string";
const name: Check = (value) => typeof value === "string" && value !== "";
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 1;
const amount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const time: Check = (value) => Number.isFinite(value);
const object: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string);
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const fields =
  (shape: Record<string, Check>): Check =>
  (value) =>
    object(value) && Object.keys(shape).every((key) => shape[key]?.((value as Record<string, unknown>)[key]) === true);

const parentLink = fields({ instanceId: name, runId: name, executionId: count, eventId: count });
const from = optional(parentLink);
const address = { runId: name, executionId: count };
const state = optional(list(fields({ key: name, payload: text })));
const validated = optional((value) => value === true);
const timeLimit = { dueAt: optional(time) };

const received = {
  ActivityCompleted: { scheduledId: count, payload: text },
  ActivityFailed: { scheduledId: count, failure: isFailure, attempts: amount },
  TimerFired: { scheduledId: count },
  SubOrchestrationCompleted: { scheduledId: count, payload: text },
  SubOrchestrationFailed: { scheduledId: count, failure: isFailure },
  EventRaised: { name, validated, payload: text },
  MessageArrived: { mailbox: name, validated, payload: text },
  CancelRequested: { reason: optional(text) },
} as const;

const events: { readonly [K in EventKind]: FieldsOf<EventOf<K>> } = {
  ...received,
  OrchestrationStarted: {
    name,
    version: name,
    ...address,
    semantics: count,
    parent: from,
    startedAt: time,
    fingerprint: optional(text),
    customStatus: optional(text),
    state,
    trace: optional(text),
    validated,
    payload: text,
  },
  ExecutionEnded: { status: oneOf("failed", "cancelled", "terminated"), failure: isFailure },
  ActivityScheduled: {
    name,
    queue: optional(name),
    session: optional(text),
    policy: optional(object),
    validated,
    payload: text,
    ...timeLimit,
  },
  TimerCreated: { dueAt: time },
  SubOrchestrationScheduled: {
    name,
    version: optional(name),
    instanceId: name,
    onParentEnd: optional(oneOf("terminate", "abandon")),
    validated,
    payload: text,
    ...timeLimit,
  },
  OrchestrationStartRequested: { name, version: optional(name), instanceId: name, validated, payload: text },
  EventWaitOpened: { name, ...timeLimit },
  ReceiveOpened: { mailbox: name, ...timeLimit },
  OperationCancelled: { scheduledId: count, cause: oneOf("signal", "cancel") },
  CustomStatusSet: { payload: text },
  StateSet: { key: name, payload: text },
  StateDeleted: { key: name },
  PatchMarked: { id: name },
  OrchestrationCompleted: { payload: text },
  OrchestrationFailed: { failure: isFailure },
  OrchestrationCancelled: { failure: isFailure },
  OrchestrationContinuedAsNew: { version: optional(name), payload: text },
};

const messages: { readonly [K in Message["kind"]]: FieldsOf<MessageOf<K>> } = {
  Start: {
    ...address,
    name,
    version: optional(name),
    parent: from,
    startedAt: optional(time),
    customStatus: optional(text),
    notBefore: optional(time),
    carried: optional(list(fields({ mailbox: name, validated, payload: text }))),
    state,
    trace: optional(text),
    validated,
    payload: text,
  },
  ActivityCompleted: { ...address, ...received.ActivityCompleted },
  ActivityFailed: { ...address, ...received.ActivityFailed },
  TimerFired: { ...address, ...received.TimerFired },
  SubOrchestrationCompleted: { ...address, ...received.SubOrchestrationCompleted },
  SubOrchestrationFailed: { ...address, ...received.SubOrchestrationFailed },
  EventRaised: received.EventRaised,
  MessageArrived: received.MessageArrived,
  CancelRequested: { ...received.CancelRequested, from },
  TerminateRequested: { reason: optional(text), from },
};

/** A kind with the fields that it has to have, ready for checking. */
export interface Shape {
  readonly checks: readonly (readonly [field: string, check: Check])[];
  /** Whether its payload column holds a failure, and not a user's value. */
  readonly hasFailure: boolean;
}

export const eventShapes: ReadonlyMap<unknown, Shape> = shapesOf(events);
export const messageShapes: ReadonlyMap<unknown, Shape> = shapesOf(messages);

function shapesOf(table: Readonly<Record<string, Readonly<Record<string, Check>>>>): ReadonlyMap<unknown, Shape> {
  return new Map(
    Object.entries(table).map(([kind, shape]) => [
      kind,
      { checks: Object.entries(shape), hasFailure: "failure" in shape },
    ]),
  );
}
