import { signal } from "@preact/signals";

const message = signal<string | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says what was done, for a few seconds. */
export function say(text: string): void {
  message.value = text;
  clearTimeout(timer);
  timer = setTimeout(() => (message.value = null), 5_000);
}

export function Toast() {
  return (
    <div role="status" aria-live="polite">
      {message.value !== null && <div class="toast">{message.value}</div>}
    </div>
  );
}
