import type { Failure } from "../../src/errors/index.ts";
import type { EventKind, HistoryEvent, Message } from "../../src/history/index.ts";

type EventOf<K> = Extract<HistoryEvent, { readonly kind: K }>;
type MessageOf<K> = Extract<Message, { readonly kind: K }>;

/** Something, and the text in which it is stored. */
export interface Sample<T> {
  readonly value: T;
  readonly body: string;
  readonly payload: string | null;
}

const parent = { instanceId: "parent-1", runId: "run-p", executionId: 2, eventId: 7 };
const parentText = '{"instanceId":"parent-1","runId":"run-p","executionId":2,"eventId":7}';
const state = [{ key: "a", payload: "1" }];
const failure: Failure = {
  name: "ActivityError",
  message: "declined",
  code: "CARD",
  category: "application",
  stack: "ActivityError: declined\n    at pay (file:///app/pay.ts:1:1)",
  details: { attempts: 2 },
  cause: { name: "Error", message: "no funds" },
  errors: [{ name: "TypeError", message: "one of many" }],
};
const failureText =
  '{"name":"ActivityError","message":"declined","code":"CARD","category":"application",' +
  '"stack":"ActivityError: declined\\n    at pay (file:///app/pay.ts:1:1)","details":{"attempts":2},' +
  '"cause":{"name":"Error","message":"no funds"},"errors":[{"name":"TypeError","message":"one of many"}]}';
const value = '{"at":{"$perdure":"Date","value":"2026-03-01T12:00:00.000Z"}}';
const earlier = [{ attempt: 4, at: 1_700_000_000_000, node: "n", failure: { name: "Error", message: "busy" } }];
const earlierText = '[{"attempt":4,"at":1700000000000,"node":"n","failure":{"name":"Error","message":"busy"}}]';
const base = { eventId: 4, at: 1_700_000_000_123 };

/**
 * Every kind of event, with every field that it can have. A new kind needs a line here, or this does not compile; and a
 * line that has been released is never changed, because there are stores that hold what it says.
 */
export const eventSamples: { readonly [K in EventKind]: Sample<Required<EventOf<K>>> } = {
  OrchestrationStarted: {
    value: {
      ...base,
      kind: "OrchestrationStarted",
      name: "checkout",
      version: "1.2.0",
      runId: "run-1",
      executionId: 3,
      semantics: 1,
      parent,
      startedAt: 1_699_999_999_000,
      fingerprint: "f00",
      customStatus: '"half"',
      state,
      trace: "00-1-2-01",
      validated: true,
      payload: value,
    },
    body:
      '{"kind":"OrchestrationStarted","name":"checkout","version":"1.2.0","runId":"run-1","executionId":3,"semantics":1,' +
      `"parent":${parentText},"startedAt":1699999999000,"fingerprint":"f00","customStatus":"\\"half\\"",` +
      '"state":[{"key":"a","payload":"1"}],"trace":"00-1-2-01","validated":true}',
    payload: value,
  },
  ActivityCompleted: {
    value: { ...base, kind: "ActivityCompleted", scheduledId: 2, earlier, payload: value },
    body: `{"kind":"ActivityCompleted","scheduledId":2,"earlier":${earlierText}}`,
    payload: value,
  },
  ActivityFailed: {
    value: { ...base, kind: "ActivityFailed", scheduledId: 2, failure, attempts: 5, node: "n", earlier },
    body: `{"kind":"ActivityFailed","scheduledId":2,"attempts":5,"node":"n","earlier":${earlierText}}`,
    payload: failureText,
  },
  TimerFired: {
    value: { ...base, kind: "TimerFired", scheduledId: 2 },
    body: '{"kind":"TimerFired","scheduledId":2}',
    payload: null,
  },
  SubOrchestrationCompleted: {
    value: { ...base, kind: "SubOrchestrationCompleted", scheduledId: 2, payload: value },
    body: '{"kind":"SubOrchestrationCompleted","scheduledId":2}',
    payload: value,
  },
  SubOrchestrationFailed: {
    value: { ...base, kind: "SubOrchestrationFailed", scheduledId: 2, failure },
    body: '{"kind":"SubOrchestrationFailed","scheduledId":2}',
    payload: failureText,
  },
  EventRaised: {
    value: { ...base, kind: "EventRaised", name: "go", validated: true, payload: value },
    body: '{"kind":"EventRaised","name":"go","validated":true}',
    payload: value,
  },
  MessageArrived: {
    value: { ...base, kind: "MessageArrived", mailbox: "orders", validated: true, payload: value },
    body: '{"kind":"MessageArrived","mailbox":"orders","validated":true}',
    payload: value,
  },
  CancelRequested: {
    value: { ...base, kind: "CancelRequested", reason: "enough" },
    body: '{"kind":"CancelRequested","reason":"enough"}',
    payload: null,
  },
  ExecutionEnded: {
    value: { ...base, kind: "ExecutionEnded", status: "terminated", failure },
    body: '{"kind":"ExecutionEnded","status":"terminated"}',
    payload: failureText,
  },
  ActivityScheduled: {
    value: {
      ...base,
      kind: "ActivityScheduled",
      name: "charge",
      queue: "slow",
      session: "s",
      policy: { retry: { maxAttempts: 3 }, startToCloseMs: 1_000 },
      validated: true,
      payload: value,
      dueAt: 1_700_000_001_000,
    },
    body:
      '{"kind":"ActivityScheduled","name":"charge","queue":"slow","session":"s","policy":{"retry":{"maxAttempts":3},' +
      '"startToCloseMs":1000},"validated":true,"dueAt":1700000001000}',
    payload: value,
  },
  TimerCreated: {
    value: { ...base, kind: "TimerCreated", dueAt: 1_700_000_001_000 },
    body: '{"kind":"TimerCreated","dueAt":1700000001000}',
    payload: null,
  },
  SubOrchestrationScheduled: {
    value: {
      ...base,
      kind: "SubOrchestrationScheduled",
      name: "ship",
      version: "2.0.0-rc.1",
      instanceId: "ship-1",
      onParentEnd: "abandon",
      validated: true,
      payload: value,
      dueAt: 1_700_000_001_000,
    },
    body:
      '{"kind":"SubOrchestrationScheduled","name":"ship","version":"2.0.0-rc.1","instanceId":"ship-1",' +
      '"onParentEnd":"abandon","validated":true,"dueAt":1700000001000}',
    payload: value,
  },
  OrchestrationStartRequested: {
    value: {
      ...base,
      kind: "OrchestrationStartRequested",
      name: "mail",
      version: "1.0.0",
      instanceId: "mail-1",
      validated: true,
      payload: value,
    },
    body: '{"kind":"OrchestrationStartRequested","name":"mail","version":"1.0.0","instanceId":"mail-1","validated":true}',
    payload: value,
  },
  EventWaitOpened: {
    value: { ...base, kind: "EventWaitOpened", name: "go", dueAt: 1_700_000_001_000 },
    body: '{"kind":"EventWaitOpened","name":"go","dueAt":1700000001000}',
    payload: null,
  },
  ReceiveOpened: {
    value: { ...base, kind: "ReceiveOpened", mailbox: "orders", dueAt: 1_700_000_001_000 },
    body: '{"kind":"ReceiveOpened","mailbox":"orders","dueAt":1700000001000}',
    payload: null,
  },
  OperationCancelled: {
    value: { ...base, kind: "OperationCancelled", scheduledId: 3, cause: "signal" },
    body: '{"kind":"OperationCancelled","scheduledId":3,"cause":"signal"}',
    payload: null,
  },
  CustomStatusSet: {
    value: { ...base, kind: "CustomStatusSet", payload: value },
    body: '{"kind":"CustomStatusSet"}',
    payload: value,
  },
  StateSet: {
    value: { ...base, kind: "StateSet", key: "total", payload: value },
    body: '{"kind":"StateSet","key":"total"}',
    payload: value,
  },
  StateDeleted: {
    value: { ...base, kind: "StateDeleted", key: "total" },
    body: '{"kind":"StateDeleted","key":"total"}',
    payload: null,
  },
  PatchMarked: {
    value: { ...base, kind: "PatchMarked", id: "faster" },
    body: '{"kind":"PatchMarked","id":"faster"}',
    payload: null,
  },
  OrchestrationCompleted: {
    value: { ...base, kind: "OrchestrationCompleted", payload: value },
    body: '{"kind":"OrchestrationCompleted"}',
    payload: value,
  },
  OrchestrationFailed: {
    value: { ...base, kind: "OrchestrationFailed", failure },
    body: '{"kind":"OrchestrationFailed"}',
    payload: failureText,
  },
  OrchestrationCancelled: {
    value: { ...base, kind: "OrchestrationCancelled", failure },
    body: '{"kind":"OrchestrationCancelled"}',
    payload: failureText,
  },
  OrchestrationContinuedAsNew: {
    value: { ...base, kind: "OrchestrationContinuedAsNew", version: "2.0.0", payload: value },
    body: '{"kind":"OrchestrationContinuedAsNew","version":"2.0.0"}',
    payload: value,
  },
};

const address = { runId: "run-1", executionId: 3 };
const addressText = '"runId":"run-1","executionId":3';

/** Every kind of message that can stand in the orchestrator queue, likewise. */
export const messageSamples: { readonly [K in Message["kind"]]: Sample<Required<MessageOf<K>>> } = {
  Start: {
    value: {
      kind: "Start",
      ...address,
      name: "checkout",
      version: "1.2.0",
      parent,
      startedAt: 1_699_999_999_000,
      customStatus: '"half"',
      notBefore: 1_700_000_000_000,
      carried: [{ mailbox: "orders", payload: "1" }],
      state,
      trace: "00-1-2-01",
      validated: true,
      payload: value,
    },
    body:
      `{"kind":"Start",${addressText},"name":"checkout","version":"1.2.0","parent":${parentText},` +
      '"startedAt":1699999999000,"customStatus":"\\"half\\"","notBefore":1700000000000,' +
      '"carried":[{"mailbox":"orders","payload":"1"}],"state":[{"key":"a","payload":"1"}],"trace":"00-1-2-01","validated":true}',
    payload: value,
  },
  ActivityCompleted: {
    value: { kind: "ActivityCompleted", ...address, scheduledId: 2, earlier, payload: value },
    body: `{"kind":"ActivityCompleted",${addressText},"scheduledId":2,"earlier":${earlierText}}`,
    payload: value,
  },
  ActivityFailed: {
    value: { kind: "ActivityFailed", ...address, scheduledId: 2, failure, attempts: 5, node: "n", earlier },
    body: `{"kind":"ActivityFailed",${addressText},"scheduledId":2,"attempts":5,"node":"n","earlier":${earlierText}}`,
    payload: failureText,
  },
  TimerFired: {
    value: { kind: "TimerFired", ...address, scheduledId: 2 },
    body: `{"kind":"TimerFired",${addressText},"scheduledId":2}`,
    payload: null,
  },
  SubOrchestrationCompleted: {
    value: { kind: "SubOrchestrationCompleted", ...address, scheduledId: 2, payload: value },
    body: `{"kind":"SubOrchestrationCompleted",${addressText},"scheduledId":2}`,
    payload: value,
  },
  SubOrchestrationFailed: {
    value: { kind: "SubOrchestrationFailed", ...address, scheduledId: 2, failure },
    body: `{"kind":"SubOrchestrationFailed",${addressText},"scheduledId":2}`,
    payload: failureText,
  },
  EventRaised: {
    value: { kind: "EventRaised", name: "go", validated: true, payload: value },
    body: '{"kind":"EventRaised","name":"go","validated":true}',
    payload: value,
  },
  MessageArrived: {
    value: { kind: "MessageArrived", mailbox: "orders", validated: true, payload: value },
    body: '{"kind":"MessageArrived","mailbox":"orders","validated":true}',
    payload: value,
  },
  CancelRequested: {
    value: { kind: "CancelRequested", reason: "enough", from: parent },
    body: `{"kind":"CancelRequested","reason":"enough","from":${parentText}}`,
    payload: null,
  },
  TerminateRequested: {
    value: { kind: "TerminateRequested", reason: "enough", from: parent },
    body: `{"kind":"TerminateRequested","reason":"enough","from":${parentText}}`,
    payload: null,
  },
};
