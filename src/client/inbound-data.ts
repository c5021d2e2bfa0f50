import { checkValue, type EventDefinition, isDefinition, type Mailbox } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { checkName, encodeValue } from "../values/index.ts";
import type { ClientLimits } from "./client-context.ts";

/** May be left out when the other side takes none. */
export type DataArgument<T> = unknown extends T ? [data?: T] : undefined extends T ? [data?: T] : [data: T];

interface Inbound {
  readonly name: string;
  readonly data: { readonly payload: string; readonly validated?: true };
}

/** Checks the target and the data, by the target's schema if it has one, and encodes what is to be sent. */
export function inboundData(
  kind: "event" | "mailbox",
  target: EventDefinition<unknown> | Mailbox<unknown> | string,
  data: { readonly value: unknown; readonly limits: Pick<ClientLimits, "payloadBytes" | "nameBytes"> },
): Inbound {
  if (typeof target !== "string" && !isDefinition(target, kind)) throw wrongTarget(kind, target);
  const name = typeof target === "string" ? target : target.name;
  checkName(name, `${kind} name`, data.limits.nameBytes);
  const schema = typeof target === "string" ? undefined : target.schema;
  const { value, validated } = checkValue(data.value, schema, `The data for ${kind} "${name}"`);
  const payload = encodeValue(value, { path: "data", maxBytes: data.limits.payloadBytes });
  return { name, data: { ...(validated && { validated }), payload } };
}

function wrongTarget(kind: "event" | "mailbox", target: unknown): InvalidArgumentError {
  const given = (target as { kind?: unknown } | null)?.kind;
  const other = kind === "event" ? "mailbox" : "event";
  const hint = given === other ? ` To a ${other}, use client.${other === "event" ? "raiseEvent" : "send"}.` : "";
  return new InvalidArgumentError(`Give what ${kind}() returned, or the name of the ${kind}.${hint}`);
}
