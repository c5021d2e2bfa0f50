import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { ApiContext, ApiEnv } from "../api-context.ts";

/** Changes are told at most this often to one listener. */
const pauseMs = 250;
/** So that proxies and browsers do not take a quiet stream for a dead one. */
const quietMs = 15_000;

/**
 * Server-sent events. `change` has `{ instanceIds }`: those that may have changed, or null when it could be any. It says
 * that a look is worth while, and nothing of what there is to see.
 */
export function changeRoute({ management }: ApiContext): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>();
  routes.get("/changes", (context) =>
    streamSSE(context, async (stream) => {
      const changes = new Changes();
      const unsubscribe = management.subscribe((instanceIds) => changes.add(instanceIds));
      stream.onAbort(() => {
        unsubscribe();
        changes.end();
      });
      await stream.writeSSE({ event: "open", data: "{}" });
      for (;;) {
        const change = await changes.next();
        if (change === "ended" || stream.aborted) return;
        if (change === "quiet") await stream.writeSSE({ event: "quiet", data: "{}" });
        else await stream.writeSSE({ event: "change", data: JSON.stringify({ instanceIds: change }) });
        await stream.sleep(pauseMs);
      }
    }),
  );
  return routes;
}

/** What has changed since the listener was told last. */
class Changes {
  #instanceIds: Set<string> | null = new Set();
  #hasNews = false;
  #isEnded = false;
  #wake: (() => void) | null = null;

  add(instanceIds: readonly string[] | null): void {
    // Work for nodes, and nothing of an instance that anybody could see.
    if (instanceIds?.length === 0) return;
    this.#hasNews = true;
    if (instanceIds === null || (this.#instanceIds?.size ?? 0) + instanceIds.length > 1_000) this.#instanceIds = null;
    else for (const instanceId of instanceIds) this.#instanceIds?.add(instanceId);
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async next(): Promise<readonly string[] | null | "quiet" | "ended"> {
    if (!this.#hasNews && !this.#isEnded) await this.#wait();
    if (this.#isEnded) return "ended";
    if (!this.#hasNews) return "quiet";
    const changed = this.#instanceIds;
    this.#hasNews = false;
    this.#instanceIds = new Set();
    return changed === null ? null : [...changed];
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, quietMs);
      this.#wake = done;
    });
  }
}
