import { signal } from "@preact/signals";

/** The store's clock, as far as this page knows: its own, set right by every answer that says what time it is there. */
let offsetMs = 0;

export const now = signal(Date.now());

export function setStoreTime(storeNow: string): void {
  offsetMs = Date.parse(storeNow) - Date.now();
  now.value = Date.now() + offsetMs;
}

setInterval(() => {
  if (!document.hidden) now.value = Date.now() + offsetMs;
}, 1_000);
