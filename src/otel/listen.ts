import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Told } from "../observability/index.ts";

/** Calls the listener with every message of a channel, until what it gives is called. */
export function listen<T extends object>(channel: Told<T>, listener: (message: T) => void): () => void {
  const onMessage = (message: unknown): void => listener(message as T);
  subscribe(channel.name, onMessage);
  return () => void unsubscribe(channel.name, onMessage);
}
