import { signal } from "@preact/signals";

/** Null: it could be any instance. */
type Changed = readonly string[] | null;
type Listener = (changed: Changed) => void;

export const isConnected = signal(false);

const listeners = new Set<Listener>();
let source: EventSource | null = null;

/** Calls the listener when instances may have changed, and after every gap in which nobody could tell. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function connect(): void {
  disconnect();
  source = new EventSource("api/changes");
  let hasGap = false;
  source.addEventListener("open", () => {
    isConnected.value = true;
    if (hasGap) tell(null);
    hasGap = false;
  });
  source.addEventListener("error", () => {
    isConnected.value = false;
    hasGap = true;
  });
  source.addEventListener("change", ({ data }: MessageEvent<string>) => {
    tell((JSON.parse(data) as { readonly instanceIds: Changed }).instanceIds);
  });
}

export function disconnect(): void {
  source?.close();
  source = null;
  isConnected.value = false;
}

function tell(changed: Changed): void {
  for (const listener of listeners) listener(changed);
}
