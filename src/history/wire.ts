import { CorruptHistoryError, CorruptPayloadError, type Failure, SchemaVersionError } from "../errors/index.ts";
import { isTerminal } from "./event-kinds.ts";
import type { HistoryEvent } from "./events.ts";
import type { Message } from "./messages.ts";
import { type Shape, eventShapes, messageShapes } from "./shapes.ts";

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
  const { eventId, at, payload, failure, ...body } = event as HistoryEvent & UsersPart;
  return { eventId, at, body: JSON.stringify(body), payload: payloadOf({ payload, failure }) };
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
    if ((event.kind === "OrchestrationStarted") !== (index === 0)) {
      throw new CorruptHistoryError(
        `Event ${event.eventId} is ${event.kind}: a history has one start, as its first event.`,
      );
    }
    if (isTerminal(event) && index !== events.length - 1) {
      throw new CorruptHistoryError(`The history goes on after its end, ${event.kind} (event ${event.eventId}).`);
    }
  }
  return events;
}

/**
 * Throws `CorruptHistoryError` for what no release has written, and `SchemaVersionError` for a kind that this one does
 * not know: a newer one wrote it, and can go on with it.
 */
export function decodeEvent(row: StoredEvent): HistoryEvent {
  const { eventId, at } = row;
  const what = `Event ${eventId}`;
  const corrupt = (why: string) => new CorruptHistoryError(`${what} cannot be read: ${why}`);
  if (!Number.isFinite(at)) throw corrupt(`its time is ${String(at)}.`);
  return { ...joinPayload(row, eventShapes, what, corrupt), eventId, at } as unknown as HistoryEvent;
}

export function encodeMessage(message: Message): StoredMessage {
  const { payload, failure, ...body } = message as Message & UsersPart;
  return { body: JSON.stringify(body), payload: payloadOf({ payload, failure }) };
}

/**
 * Throws `CorruptPayloadError` for what cannot be read, `SchemaVersionError` for a kind that only a newer release
 * knows.
 */
export function decodeMessage(stored: StoredMessage): Message {
  const what = "A message";
  const corrupt = (why: string) => new CorruptPayloadError(`${what} cannot be read: ${why}`);
  return joinPayload(stored, messageShapes, what, corrupt) as unknown as Message;
}

interface UsersPart {
  readonly payload?: string | undefined;
  readonly failure?: Failure | undefined;
}

const payloadOf = ({ payload = null, failure }: { payload: string | null | undefined; failure: Failure | undefined }) =>
  failure === undefined ? payload : JSON.stringify(failure);

type Refuse = (why: string) => Error;

function joinPayload(
  { body, payload }: StoredMessage,
  shapes: ReadonlyMap<unknown, Shape>,
  what: string,
  corrupt: Refuse,
): Record<string, unknown> {
  const whole = parseObject(body, corrupt);
  const { kind } = whole;
  const shape = shapes.get(kind);
  if (shape === undefined) {
    if (typeof kind !== "string") throw corrupt("it has no kind.");
    throw new SchemaVersionError(`${what} is of the kind ${JSON.stringify(kind)}, which this release does not know.`);
  }
  if (payload !== null) {
    if (shape.hasFailure) whole["failure"] = parseObject(payload, corrupt);
    else whole["payload"] = payload;
  }
  for (const [field, { is, accepts }] of shape.checks) {
    if (!accepts(whole[field]))
      throw corrupt(`${JSON.stringify(field)} of ${String(kind)} is missing, or is no ${is}.`);
  }
  return whole;
}

function parseObject(text: string, corrupt: Refuse): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw corrupt(cause instanceof Error ? cause.message : String(cause));
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw corrupt("it is not a JSON object.");
  return parsed as Record<string, unknown>;
}
