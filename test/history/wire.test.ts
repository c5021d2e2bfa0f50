import assert from "node:assert/strict";
import { test } from "node:test";
import { CorruptHistoryError, CorruptPayloadError, SchemaVersionError } from "../../src/errors/index.ts";
import {
  type HistoryEvent,
  type Message,
  decodeEvent,
  decodeHistory,
  decodeMessage,
  encodeEvent,
  encodeMessage,
} from "../../src/history/index.ts";
import { type Sample, eventSamples, messageSamples } from "./wire-samples.ts";

for (const [kind, { value, body, payload }] of Object.entries<Sample<HistoryEvent>>(eventSamples)) {
  const row = { eventId: value.eventId, at: value.at, body, payload };

  test(`${kind} is stored as it always was, and read as it was stored`, () => {
    assert.deepEqual(encodeEvent(value), row);
    assert.deepEqual(decodeEvent(row), value);
  });

  test(`${kind} is refused without any of what it has to have`, () => {
    const whole = JSON.parse(body) as Record<string, unknown>;
    const minimal = required(kind, whole, (text) => decodeEvent({ ...row, body: text }));
    for (const field of minimal) {
      for (const wrong of [undefined, null, {}, [], true]) {
        if (field === "kind") continue;
        const text = JSON.stringify({ ...whole, [field]: wrong });
        assert.throws(() => decodeEvent({ ...row, body: text }), corrupt, `${field}: ${JSON.stringify(wrong)}`);
      }
    }
    if (payload !== null) assert.throws(() => decodeEvent({ ...row, payload: null }), corrupt);
  });
}

for (const [kind, { value, body, payload }] of Object.entries<Sample<Message>>(messageSamples)) {
  test(`a message ${kind} is stored as it always was, and read as it was stored`, () => {
    assert.deepEqual(encodeMessage(value), { body, payload });
    assert.deepEqual(decodeMessage({ body, payload }), value);
  });

  test(`a message ${kind} is refused without any of what it has to have`, () => {
    const whole = JSON.parse(body) as Record<string, unknown>;
    for (const field of required(kind, whole, (text) => decodeMessage({ body: text, payload }))) {
      const text = JSON.stringify({ ...whole, [field]: field === "kind" ? 7 : { not: "that" } });
      assert.throws(() => decodeMessage({ body: text, payload }), CorruptPayloadError, field);
    }
    if (payload !== null) assert.throws(() => decodeMessage({ body, payload: null }), CorruptPayloadError);
  });
}

/** The fields without which the kind cannot be read: at least the kind itself, and not what is optional. */
function required(kind: string, whole: Record<string, unknown>, decode: (body: string) => unknown): string[] {
  const fields = Object.keys(whole).filter((field) => {
    const { [field]: _left, ...rest } = whole;
    try {
      decode(JSON.stringify(rest));
      return false;
    } catch {
      return true;
    }
  });
  assert.ok(fields.includes("kind"));
  assert.deepEqual(
    fields.filter((field) => optional.has(field)),
    kind === "TimerCreated" ? ["dueAt"] : kind === "OrchestrationStarted" ? ["version", "startedAt"] : [],
  );
  return fields;
}

const optional = new Set(
  "parent,fingerprint,customStatus,state,validated,reason,queue,policy,dueAt,version,onParentEnd,startedAt,notBefore,carried,from".split(
    ",",
  ),
);

const corrupt = (error: unknown) => error instanceof CorruptHistoryError && error.message.startsWith("Event 4 ");

test("what a newer release has added to a kind is kept", () => {
  const row = {
    eventId: 1,
    at: 5,
    body: '{"kind":"TimerFired","scheduledId":2,"invented":{"later":true}}',
    payload: null,
  };
  assert.deepEqual(decodeEvent(row), {
    kind: "TimerFired",
    scheduledId: 2,
    invented: { later: true },
    eventId: 1,
    at: 5,
  });
});

test("a kind that only a newer release knows is no damage", () => {
  const row = { eventId: 2, at: 5, body: '{"kind":"Teleported","payload":"1"}', payload: null };
  assert.throws(() => decodeEvent(row), SchemaVersionError);
  assert.throws(() => decodeMessage(row), SchemaVersionError);
  assert.throws(() => decodeHistory([started, row]), SchemaVersionError);
});

for (const body of ["", "{", "null", "7", '"text"', "[]", "{}", '{"kind":null}', '{"kind":["TimerFired"]}']) {
  test(`a row with the body ${body || "(empty)"} is corrupt`, () => {
    assert.throws(() => decodeEvent({ eventId: 4, at: 5, body, payload: null }), corrupt);
    assert.throws(() => decodeMessage({ body, payload: null }), CorruptPayloadError);
  });
}

for (const kind of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
  test(`"${kind}" is no kind`, () => {
    const body = `{"kind":"${kind}"}`;
    assert.throws(() => decodeEvent({ eventId: 4, at: 5, body, payload: null }), SchemaVersionError);
    assert.throws(() => decodeMessage({ body, payload: null }), SchemaVersionError);
  });
}

for (const payload of ["{", "null", "[]", '"text"', '{"name":"Error"}', '{"name":"Error","message":"x","cause":7}']) {
  test(`a failure that is stored as ${payload} is corrupt`, () => {
    const body = '{"kind":"OrchestrationFailed"}';
    assert.throws(() => decodeEvent({ eventId: 4, at: 5, body, payload }), corrupt);
  });
}

test("an event without a time is corrupt", () => {
  const body = '{"kind":"TimerFired","scheduledId":2}';
  for (const at of [Number.NaN, null, "5"]) {
    assert.throws(() => decodeEvent({ eventId: 4, at: at as number, body, payload: null }), corrupt);
  }
});

test("a payload is not looked into before somebody asks for the value", () => {
  const body = '{"kind":"CustomStatusSet"}';
  assert.deepEqual(decodeEvent({ eventId: 4, at: 5, body, payload: "{no json" }), {
    kind: "CustomStatusSet",
    payload: "{no json",
    eventId: 4,
    at: 5,
  });
});

const started = encodeEvent({ ...eventSamples.OrchestrationStarted.value, eventId: 1 });
const rows = (...bodies: readonly object[]) =>
  bodies.map((body, index) => ({ eventId: index + 2, at: 5, body: JSON.stringify(body), payload: "1" }));
const timer = { kind: "TimerCreated", dueAt: 9 };

test("a history is read whole, in its order", () => {
  const [created, fired] = rows(timer, { kind: "TimerFired", scheduledId: 2 });
  const events = decodeHistory([started, created, fired].map((row) => row ?? started));
  assert.deepEqual(
    events.map(({ eventId, kind }) => [eventId, kind]),
    [
      [1, "OrchestrationStarted"],
      [2, "TimerCreated"],
      [3, "TimerFired"],
    ],
  );
  assert.deepEqual(decodeHistory([]), []);
});

const [first, second] = rows(timer, timer) as [Sampled, Sampled];
type Sampled = ReturnType<typeof encodeEvent>;

const damaged: readonly [name: string, rows: readonly Sampled[], message: RegExp][] = [
  ["a gap", [started, second], /event 3 where event 2 belongs/],
  ["a duplicate", [started, first, first], /event 2 where event 3 belongs/],
  ["no beginning", [first], /event 2 where event 1 belongs/],
  ["another beginning", [{ ...first, eventId: 1 }], /one start, as its first event/],
  ["a second start", [started, { ...started, eventId: 2 }], /one start, as its first event/],
  [
    "something after the end",
    [started, ...rows({ kind: "OrchestrationCompleted" }), second],
    /goes on after its end, OrchestrationCompleted \(event 2\)/,
  ],
];

for (const [name, history, message] of damaged) {
  test(`a history with ${name} is refused`, () => {
    assert.throws(
      () => decodeHistory(history),
      (error) => error instanceof CorruptHistoryError && message.test(error.message),
    );
  });
}
