import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { ApiContext, ApiEnv } from "../api-context.ts";
import { ApiError } from "../api-error.ts";
import { callerOf } from "../caller.ts";
import { Changes } from "../changes.ts";

/** Changes are told at most this often to one listener. */
const pauseMs = 250;
/** A caller who is not let in any more hears of nothing for longer than this. */
const trustMs = 15_000;
/** Each holds a connection, and is told of every change. */
const maxListeners = 100;

/**
 * Server-sent events. `change` has `{ instanceIds }`: those that may have changed, or null when it could be any. It
 * says that a look is worth while, and nothing of what there is to see.
 */
export function changeRoute({ management, authorize }: ApiContext): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>();
  let listeners = 0;
  routes.get("/changes", (context) => {
    const { raw } = context.req;
    // Nobody would read the stream, and nobody end it.
    if (raw.method === "HEAD") return context.body(null, 200, { "content-type": "text/event-stream" });
    if (listeners >= maxListeners) {
      throw new ApiError(429, "TOO_MANY_LISTENERS", `There are ${maxListeners} listeners already. Come back later.`);
    }
    listeners += 1;
    return streamSSE(context, async (stream) => {
      const changes = new Changes();
      const unsubscribe = management.subscribe((instanceIds) => changes.add(instanceIds));
      stream.onAbort(() => changes.end());
      let trustedUntil = performance.now() + trustMs;
      try {
        await stream.writeSSE({ event: "open", data: "{}" });
        while (!stream.aborted) {
          const change = await changes.next();
          if (performance.now() > trustedUntil) {
            if ((await callerOf(authorize, raw)).role === "none") return;
            trustedUntil = performance.now() + trustMs;
          }
          if (change === "ended") return;
          if (change === "quiet") await stream.writeSSE({ event: "quiet", data: "{}" });
          else await stream.writeSSE({ event: "change", data: JSON.stringify({ instanceIds: change }) });
          await stream.sleep(pauseMs);
        }
      } finally {
        unsubscribe();
        listeners -= 1;
      }
    });
  });
  return routes;
}
