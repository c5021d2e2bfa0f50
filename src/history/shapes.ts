import { isFailure } from "../errors/index.ts";
import type { EventKind, HistoryEvent } from "./events.ts";
import { isFailedAttempt } from "./failed-attempt.ts";
import type { Message } from "./messages.ts";

/*
 * What a stored event or message must have to be one. The tables name every field of every kind, or they do not
 * compile; and what they refuse was never written by any release, or has been damaged since.
 */

export interface Check {
  /** As docs/internals/wire-form.md calls it. */
  readonly is: string;
  readonly accepts: (value: unknown) => boolean;
}

type FieldsOf<T> = { readonly [F in Exclude<keyof T, "kind" | "eventId" | "at">]-?: Check };
type MessageOf<K> = Extract<Message, { readonly kind: K }>;
type EventOf<K> = Extract<HistoryEvent, { readonly kind: K }>;

const check = (is: string, accepts: Check["accepts"]): Check => ({ is, accepts });
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text = check("text", (value) => typeof value === "string");
const name = check("name", (value) => typeof value === "string" && value !== "");
const count = check("count from 1", (value) => Number.isSafeInteger(value) && (value as number) >= 1);
const amount = check("count from 0", (value) => Number.isSafeInteger(value) && (value as number) >= 0);
const time = check("time", Number.isFinite);
const object = check("object", isObject);
const failure = check("failure", isFailure);
const optional = ({ is, accepts }: Check): Check => check(is, (value) => value === undefined || accepts(value));
const oneOf = (...values: readonly string[]): Check =>
  check(values.map((value) => `"${value}"`).join(" or "), (value) => values.includes(value as string));
const list = ({ is, accepts }: Check): Check =>
  check(`list of ${is}`, (value) => Array.isArray(value) && value.every(accepts));
const fields = (is: string, shape: Record<string, Check>): Check =>
  check(is, (value) => isObject(value) && Object.entries(shape).every(([key, { accepts }]) => accepts(value[key])));

const parentLink = fields("link", { instanceId: name, runId: name, executionId: count, eventId: count });
const from = optional(parentLink);
const address = { runId: name, executionId: count };
const state = optional(list(fields("entry", { key: name, payload: text })));
const validated = optional(check("true", (value) => value === true));
const earlier = optional(list(check("attempt", isFailedAttempt)));
const timeLimit = { dueAt: optional(time) };

const received = {
  ActivityCompleted: { scheduledId: count, earlier, payload: text },
  ActivityFailed: { scheduledId: count, failure, attempts: amount, node: optional(text), earlier },
  TimerFired: { scheduledId: count },
  SubOrchestrationCompleted: { scheduledId: count, payload: text },
  SubOrchestrationFailed: { scheduledId: count, failure },
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
  ExecutionEnded: { status: oneOf("failed", "cancelled", "terminated"), failure },
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
  OrchestrationFailed: { failure },
  OrchestrationCancelled: { failure },
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
    carried: optional(list(fields("message", { mailbox: name, validated, payload: text }))),
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
