import type { NewWorkItem } from "./contract.ts";

/** The only delivery of an item that an instance's row ever carries. */
export const carriedDelivery = 1;

/** A row is written again whenever anything in it changes, so it carries nothing large. */
const mostCharacters = 1_000;

/** Whether the row of an instance may carry the item, as far as the item itself goes. */
export function isCarriable({ body, payload, startBy, session }: NewWorkItem): boolean {
  // Who runs an item of a session is decided where items are fetched.
  return startBy === null && session === undefined && body.length + (payload?.length ?? 0) <= mostCharacters;
}
