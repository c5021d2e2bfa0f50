import { checkName } from "../values/index.ts";
import type { Schema } from "./standard-schema.ts";

/** A durable first-in, first-out queue of one instance: a message waits until it is received. */
export interface Mailbox<T> {
  readonly kind: "mailbox";
  readonly name: string;
  readonly schema?: Schema<T>;
}

/** A signal to every wait that is open for it; with no wait open it is dropped, with a warning. */
export interface EventDefinition<T> {
  readonly kind: "event";
  readonly name: string;
  readonly schema?: Schema<T>;
}

/** Gives the sender's and the receiver's side of a mailbox one name and one type. */
export function mailbox<T>(name: string, schema?: Schema<T>): Mailbox<T> {
  checkName(name, "mailbox name");
  return { kind: "mailbox", name, ...(schema && { schema }) };
}

/** Gives the raiser's and the waiter's side of an event one name and one type. */
export function event<T>(name: string, schema?: Schema<T>): EventDefinition<T> {
  checkName(name, "event name");
  return { kind: "event", name, ...(schema && { schema }) };
}
