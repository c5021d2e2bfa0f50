import { CorruptHistoryError, CorruptPayloadError, type Failure, SchemaVersionError } from "../errors/index.ts";
import { isEventKind, isTerminal } from "./event-kinds.ts";
import type { HistoryEvent } from "./events.ts";
import type { Message } from "./messages.ts";

/**
 * The stored form of an event: what every event has in columns, the rest as JSON. What came from users, be it a value
 * or an error, is the payload; it stands apart, so that it can be read late, limited, and encrypted.
 */
export interface StoredEvent {
  readonly eventId: number;
  readonly at: number;
  readonly body: string;
  readonly payload: string | null;
}

export interface StoredMessage {
  readonly body: string;
  readonly payload: string | null;
}

export function encodeEvent(event: HistoryEvent): StoredEvent {
  const { eventId, at, ...rest } = event;
  return { eventId, at, ...splitPayload(rest) };
}

/**
 * The events of one execution, in order. Throws `CorruptHistoryError` for a gap, a duplicate, an event after the end,
 * or one that cannot be read: a history is never silently shortened.
 */
export function decodeHistory(rows: readonly StoredEvent[]): HistoryEvent[] {
  const events = rows.map(decodeEvent);
  for (const [index, event] of events.entries()) {
    if (event.eventId !== index + 1) {
      throw new CorruptHistoryError(`The history has event ${event.eventId} where event ${index + 1} belongs.`);
    }
    if (index === 0 && event.kind !== "OrchestrationStarted") {
      throw new CorruptHistoryError(`The history begins with ${event.kind}, not with OrchestrationStarted.`);
    }
    if (isTerminal(event) && index !== events.length - 1) {
      throw new CorruptHistoryError(`The history goes on after its end, ${event.kind} (event ${event.eventId}).`);
    }
  }
  return events;
}

/** Throws `SchemaVersionError` for a kind that this release does not know: a newer one wrote it, and can go on with it. */
export function decodeEvent(row: StoredEvent): HistoryEvent {
  const { eventId, at } = row;
  const what = `Event ${eventId}`;
  const event = joinPayload(row, (why) => new CorruptHistoryError(`${what} cannot be read: ${why}`));
  if (!isEventKind(event["kind"])) throw unknownKind(what, event["kind"]);
  return { ...event, eventId, at } as unknown as HistoryEvent;
}

export function encodeMessage(message: Message): StoredMessage {
  return splitPayload(message);
}

/** Throws `CorruptPayloadError` for what cannot be read, `SchemaVersionError` for a kind that only a newer release knows. */
export function decodeMessage(stored: StoredMessage): Message {
  const message = joinPayload(stored, (why) => new CorruptPayloadError(`A message cannot be read: ${why}`));
  if (!messageKinds.has(message["kind"])) throw unknownKind("A message", message["kind"]);
  return message as unknown as Message;
}

function splitPayload(whole: object): StoredMessage {
  const { payload, failure, ...body } = whole as { payload?: string; failure?: Failure };
  return { body: JSON.stringify(body), payload: failure === undefined ? (payload ?? null) : JSON.stringify(failure) };
}

function joinPayload(stored: StoredMessage, error: (why: string) => Error): Record<string, unknown> {
  const body = parseObject(stored.body, error);
  if (stored.payload === null) return body;
  return withFailure.has(body["kind"])
    ? { ...body, failure: parseObject(stored.payload, error) }
    : { ...body, payload: stored.payload };
}

const withFailure: ReadonlySet<unknown> = new Set<HistoryEvent["kind"]>([
  "ActivityFailed",
  "SubOrchestrationFailed",
  "OrchestrationFailed",
  "OrchestrationCancelled",
  "ExecutionEnded",
]);

const unknownKind = (what: string, kind: unknown) =>
  new SchemaVersionError(`${what} is of the kind ${JSON.stringify(kind)}, which this release does not know.`);

const messageKinds: ReadonlySet<unknown> = new Set<Message["kind"]>([
  "Start",
  "ActivityCompleted",
  "ActivityFailed",
  "TimerFired",
  "SubOrchestrationCompleted",
  "SubOrchestrationFailed",
  "EventRaised",
  "MessageArrived",
  "CancelRequested",
  "TerminateRequested",
]);

function parseObject(text: string, error: (why: string) => Error): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw error(cause instanceof Error ? cause.message : String(cause));
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw error("it is not a JSON object.");
  return parsed as Record<string, unknown>;
}
