import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { ApiError, errorResponse } from "./api-error.ts";
import type { Assets } from "./assets.ts";
import { checkRequest, type RequestRules } from "./check-request.ts";
import { type Credentials, sessionCookie, sessionOf } from "./credentials.ts";
import { checkKnown, text } from "./fields.ts";
import type { ManagementApi } from "./management-api.ts";
import { readJson } from "./read-json.ts";

export interface DashboardParts {
  readonly api: ManagementApi;
  readonly credentials: Credentials;
  readonly assets: Assets;
  readonly rules: RequestRules;
}

/** The API, the pages of the dashboard, and the door: `/login?code=...` for a browser, `/session` for its form. */
export function dashboardApp({ api, credentials, assets, rules }: DashboardParts): Hono {
  const app = new Hono();
  app.all("/api/*", (context) => api.fetch(context.req.raw));
  app.use("*", secureHeaders(pageHeaders), async (context, next) => {
    checkRequest(context.req.raw, rules);
    await next();
  });

  app.get("/login", (context) => {
    const session = credentials.redeemCode(context.req.query("code") ?? "");
    if (session === null) return context.redirect("/#/login", 303);
    context.header("set-cookie", sessionCookie(context.req.raw, session));
    return context.redirect("/", 303);
  });

  app.post("/session", async (context) => {
    const fields = checkKnown(await readJson(context.req.raw, 4_096), ["token"]);
    const session = credentials.redeemToken(text(fields, "token"));
    if (session === null) throw new ApiError(401, "NOT_ALLOWED", "This token is not the right one.");
    context.header("set-cookie", sessionCookie(context.req.raw, session));
    return context.json({});
  });

  app.delete("/session", (context) => {
    const session = sessionOf(context.req.raw);
    if (session !== null) credentials.end(session);
    context.header("set-cookie", sessionCookie(context.req.raw, null));
    return context.json({});
  });

  app.get("*", (context) => {
    const path = context.req.path === "/" ? "/index.html" : context.req.path;
    const asset = assets.get(path);
    if (asset === undefined) throw new ApiError(404, "NO_SUCH_PAGE", "There is nothing here.");
    context.header("etag", asset.etag);
    context.header("cache-control", "no-cache");
    if (context.req.header("if-none-match") === asset.etag) return context.body(null, 304);
    return context.body(asset.body, 200, { "content-type": asset.type });
  });
  app.notFound((context) => errorResponse(context, new ApiError(404, "NO_SUCH_PAGE", "There is nothing here.")));
  app.onError((error, context) => errorResponse(context, error));
  return app;
}

/** Everything a page needs comes from here, in files: nothing inline, nothing from elsewhere, and nobody frames it. */
const pageHeaders = {
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    objectSrc: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: "DENY",
  xContentTypeOptions: true,
  referrerPolicy: "no-referrer",
  crossOriginResourcePolicy: "same-origin",
  crossOriginOpenerPolicy: "same-origin",
};
