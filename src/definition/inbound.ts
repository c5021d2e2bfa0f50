import { checkName } from "../values/index.ts";
import type { AnySchema, Schema, SchemaInput, SchemaOutput } from "./standard-schema.ts";
import { checkSchema } from "./validate.ts";

/** A durable first-in, first-out queue of one instance: a message waits until it is received. */
export interface Mailbox<T, I = T> {
  readonly kind: "mailbox";
  readonly name: string;
  /** What is sent is checked by it. */
  readonly schema?: Schema<T, I>;
}

/** A signal to every wait that is open for it; with no wait open it is dropped, with a warning. */
export interface EventDefinition<T, I = T> {
  readonly kind: "event";
  readonly name: string;
  /** What is raised is checked by it. */
  readonly schema?: Schema<T, I>;
}

/**
 * Gives the sender's and the receiver's side of a mailbox one name and one type. With a schema, a message is checked
 * where it is sent; one that was sent by the plain name is checked where it is received.
 */
export function mailbox<S extends AnySchema>(name: string, schema: S): Mailbox<SchemaOutput<S>, SchemaInput<S>>;
export function mailbox<T>(name: string, schema?: Schema<T>): Mailbox<T>;
export function mailbox(name: string, schema?: AnySchema): Mailbox<unknown> {
  checkName(name, "mailbox name");
  checkSchema(schema, `The schema of mailbox "${name}"`);
  return { kind: "mailbox", name, ...(schema && { schema }) };
}

/** Gives the raiser's and the waiter's side of an event one name and one type. A schema is as for `mailbox`. */
export function event<S extends AnySchema>(name: string, schema: S): EventDefinition<SchemaOutput<S>, SchemaInput<S>>;
export function event<T>(name: string, schema?: Schema<T>): EventDefinition<T>;
export function event(name: string, schema?: AnySchema): EventDefinition<unknown> {
  checkName(name, "event name");
  checkSchema(schema, `The schema of event "${name}"`);
  return { kind: "event", name, ...(schema && { schema }) };
}
