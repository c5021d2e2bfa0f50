import { Hono, type MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Logger } from "../definition/index.ts";
import type { ApiContext, ApiEnv } from "./api-context.ts";
import { ApiError, errorResponse, isUnexpected } from "./api-error.ts";
import { callerOf } from "./caller.ts";
import { checkRequest, isSafe, type RequestRules } from "./check-request.ts";
import { changeRoute } from "./routes/change-route.ts";
import { checkRoute } from "./routes/check-route.ts";
import { readRoutes } from "./routes/read-routes.ts";
import { writeRoutes } from "./routes/write-routes.ts";

export interface AppSettings {
  readonly basePath: string;
  readonly isReadOnly: boolean;
  readonly rules: RequestRules;
  readonly logger: Logger;
}

/** Every route of the API, behind its door. */
export function managementApp(api: ApiContext, { basePath, isReadOnly, rules, logger }: AppSettings): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>().basePath(basePath);
  app.use("*", secureHeaders(headers));
  app.use("/api/*", async (context, next) => {
    checkRequest(context.req.raw, rules);
    const caller = await callerOf(api.authorize, context.req.raw);
    if (caller.role === "none") {
      throw new ApiError(401, "NOT_ALLOWED", "Who are you? Send the token that you were given.");
    }
    context.set("caller", { ...caller, role: isReadOnly ? "read" : caller.role });
    context.header("cache-control", "no-store");
    await next();
  });
  app.route("/api", readRoutes(api));
  app.route("/api", changeRoute(api));
  app.route("/api", checkRoute(api));
  // What is registered from here on is for those who may change something.
  app.use("/api/*", writersOnly);
  app.route("/api", writeRoutes(api));
  app.notFound((context) => errorResponse(context, new ApiError(404, "NO_SUCH_ROUTE", "There is nothing here.")));
  app.onError((error, context) => {
    if (isUnexpected(error)) logger.error({ err: error, path: context.req.path }, "management request failed");
    return errorResponse(context, error);
  });
  return app;
}

const writersOnly: MiddlewareHandler<ApiEnv> = async (context, next) => {
  if (!isSafe(context.req.raw) && context.get("caller").role !== "write") {
    throw new ApiError(403, "READ_ONLY", "You may look, and change nothing.");
  }
  await next();
};

/** An answer is data: no page may frame it, guess its type, or load anything on its behalf. */
const headers = {
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  xFrameOptions: "DENY",
  xContentTypeOptions: true,
  referrerPolicy: "no-referrer",
  crossOriginResourcePolicy: "same-origin",
  crossOriginOpenerPolicy: "same-origin",
};
