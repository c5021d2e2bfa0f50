import { AbortError, InvalidArgumentError, TimeoutError } from "../errors/index.ts";
import { type Host, type HostTimer, longestTimerMs } from "../host/index.ts";
import { checkObject, type Duration, parseDuration } from "../values/index.ts";

/** How the waiting for an instance's end may end before the instance does. */
export interface WaitOptions {
  /** How long to wait; the store is asked at least once. Default: for ever. */
  readonly timeout?: Duration;
  /** Aborting it gives up the waiting, with `AbortError`; the instance is not touched. */
  readonly signal?: AbortSignal;
}

/** The timeout in milliseconds, if there is one. */
export function checkWaitOptions(options: WaitOptions): number | undefined {
  checkObject(options, "options");
  const { timeout, signal } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidArgumentError("signal is not an AbortSignal. Give that of an AbortController, or leave it out.");
  }
  return timeout === undefined ? undefined : parseDuration(timeout, "timeout");
}

export function abortErrorOf(instanceId: string, signal: AbortSignal): AbortError {
  return new AbortError(`Waiting for instance "${instanceId}" was given up.`, { cause: signal.reason });
}

interface WaitLimit extends Disposable {
  /** Rejects when the time is up or the signal is aborted, unless the limit was disposed of before. */
  readonly reached: Promise<never>;
}

export function waitLimit(wait: {
  readonly host: Host;
  readonly instanceId: string;
  readonly timeoutMs: number | undefined;
  readonly elapsedMs: number;
  readonly signal: AbortSignal | undefined;
}): WaitLimit {
  const { host, instanceId, timeoutMs, elapsedMs, signal } = wait;
  const { promise, reject } = Promise.withResolvers<never>();
  let timer: HostTimer | undefined;
  const startTimer = (leftMs: number): void => {
    const stepMs = Math.min(leftMs, longestTimerMs);
    timer = host.after(stepMs, () => {
      if (leftMs > stepMs) startTimer(leftMs - stepMs);
      else reject(new TimeoutError(`Instance "${instanceId}" did not end within ${timeoutMs} ms. It goes on.`));
    });
  };
  const onAbort = (): void => reject(abortErrorOf(instanceId, signal as AbortSignal));
  if (timeoutMs !== undefined) startTimer(Math.max(0, timeoutMs - elapsedMs));
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });
  return {
    reached: promise,
    [Symbol.dispose]() {
      host.cancel(timer);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}
