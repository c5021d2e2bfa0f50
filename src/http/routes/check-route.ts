import { Hono } from "hono";
import type { ApiContext, ApiEnv } from "../api-context.ts";
import { ApiError } from "../api-error.ts";
import { checkKnown, optionalText } from "../fields.ts";
import { readJson } from "../read-json.ts";

/**
 * The replay gate, against the code that this server was given. It reads, and whoever may look may ask for it; but it
 * reads every history, so there is one at a time, and it ends when nobody waits for its answer any more.
 */
export function checkRoute({ management, orchestrations, bodyLimitBytes }: ApiContext): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>();
  let isChecking = false;
  routes.post("/check", async (context) => {
    const { raw } = context.req;
    const name = optionalText(checkKnown(await readJson(raw, bodyLimitBytes), ["name"]), "name");
    if (orchestrations === null) {
      throw new ApiError(
        409,
        "NO_CODE",
        "This server was given no orchestrations to check against. Give it some, or use perdure check.",
      );
    }
    if (isChecking) throw new ApiError(429, "BUSY", "A check is under way. Ask again when it has ended.");
    isChecking = true;
    try {
      const { signal } = raw;
      return context.json(await management.check({ orchestrations, signal, ...(name !== undefined && { name }) }));
    } finally {
      isChecking = false;
    }
  });
  return routes;
}
