import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Logger } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { Management } from "../management/index.ts";
import { chosenLogger } from "../observability/index.ts";
import type { Provider } from "../providers/contract.ts";
import { checkObject } from "../values/index.ts";
import type { ApiContext, ApiEnv } from "./api-context.ts";
import { ApiError, errorResponse, isUnexpected } from "./api-error.ts";
import { type Audit, auditTo } from "./audit.ts";
import { type Authorize, callerOf } from "./caller.ts";
import { checkRequest, isSafe } from "./check-request.ts";
import { changeRoute } from "./routes/change-route.ts";
import { readRoutes } from "./routes/read-routes.ts";
import { writeRoutes } from "./routes/write-routes.ts";

export interface ManagementApiOptions {
  readonly provider: Provider;
  /**
   * Says what a request may do: `"none"`, `"read"` or `"write"`, or `{ role, name }` with a name for the audit. There is
   * no default: whoever mounts the API decides who may use it.
   */
  readonly authorize: Authorize;
  /** The host names under which it is reached, without ports, such as `["ops.example.com"]`. */
  readonly allowedHosts: readonly string[];
  /** What comes before the paths of the API, such as `/perdure`. Default: nothing. */
  readonly basePath?: string;
  /** Refuses whatever would change something, whoever asks. Default: false. */
  readonly isReadOnly?: boolean;
  /** A request's body, in bytes. Default: 1 MiB. */
  readonly bodyLimitBytes?: number;
  /** Default: a line of level `info` in the log for each change. */
  readonly audit?: Audit;
  readonly logger?: Logger;
}

/** A web-standard handler: `app.mount("/perdure", api.fetch)` in Hono, or any server that speaks `Request` and `Response`. */
export interface ManagementApi {
  readonly fetch: (request: Request) => Promise<Response>;
}

/**
 * The HTTP API of a store: whatever the command line can do, as JSON, under `/api`. Throws `InvalidArgumentError` for
 * options that would leave it open to everybody.
 */
export function createManagementApi(options: ManagementApiOptions): ManagementApi {
  checkObject(options, "ManagementApi options");
  const { provider, authorize, allowedHosts, basePath = "", isReadOnly = false } = options;
  if (typeof authorize !== "function") {
    throw new InvalidArgumentError("createManagementApi needs authorize: who may look, and who may change something?");
  }
  if (!Array.isArray(allowedHosts) || allowedHosts.length === 0 || allowedHosts.includes("*")) {
    throw new InvalidArgumentError(
      "createManagementApi needs allowedHosts: the names it is reached by, such as localhost.",
    );
  }
  const logger = chosenLogger(options.logger);
  const api: ApiContext = {
    management: new Management(provider, { logger }),
    audit: options.audit ?? auditTo(logger),
    bodyLimitBytes: options.bodyLimitBytes ?? 1024 * 1024,
  };
  const rules = { allowedHosts: new Set(allowedHosts.map((host) => host.toLowerCase())) };

  const app = new Hono<ApiEnv>().basePath(basePath);
  app.use("*", secureHeaders(headers));
  app.use("/api/*", async (context, next) => {
    checkRequest(context.req.raw, rules);
    const caller = await callerOf(authorize, context.req.raw);
    if (caller.role === "none")
      throw new ApiError(401, "NOT_ALLOWED", "Who are you? Send the token that you were given.");
    const role = isReadOnly ? "read" : caller.role;
    if (role === "read" && !isSafe(context.req.raw) && !isPreview(context.req.path)) {
      throw new ApiError(403, "READ_ONLY", "You may look, and change nothing.");
    }
    context.set("caller", { ...caller, role });
    context.header("cache-control", "no-store");
    await next();
  });
  app.route("/api", readRoutes(api));
  app.route("/api", changeRoute(api));
  app.route("/api", writeRoutes(api));
  app.notFound((context) => errorResponse(context, new ApiError(404, "NO_SUCH_ROUTE", "There is nothing here.")));
  app.onError((error, context) => {
    if (isUnexpected(error)) logger.error({ err: error, path: context.req.path }, "management request failed");
    return errorResponse(context, error);
  });
  return { fetch: async (request) => await app.fetch(request) };
}

const isPreview = (path: string) => path.endsWith("/api/bulk/preview");

/** An answer is data: no page may frame it, guess its type, or load anything on its behalf. */
const headers = {
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  xFrameOptions: "DENY",
  xContentTypeOptions: true,
  referrerPolicy: "no-referrer",
  crossOriginResourcePolicy: "same-origin",
  crossOriginOpenerPolicy: "same-origin",
};
