import { Hono } from "hono";
import type { ApiContext, ApiEnv } from "../api-context.ts";
import {
  checkKnown,
  filterFields,
  filterFrom,
  optionalBoolean,
  optionalNumber,
  optionalText,
  queryFields,
} from "../fields.ts";
import { readJson } from "../read-json.ts";

/** What only looks. */
export function readRoutes({ management, bodyLimitBytes }: ApiContext): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>();

  routes.get("/session", (context) => {
    const { role, name } = context.get("caller");
    return context.json({ role, name });
  });

  routes.get("/overview", async (context) => context.json(await management.overview()));

  routes.get("/queues", async (context) => context.json(await management.queues()));

  routes.get("/doctor", async (context) => context.json(await management.diagnose()));

  routes.get("/nodes", async (context) => context.json({ nodes: await management.nodes() }));

  routes.get("/traffic", async (context) => {
    const fields = queryFields(context.req.url, ["sinceMs", "limit"]);
    const sinceMs = optionalNumber(fields, "sinceMs") ?? 3_600_000;
    return context.json(await management.traffic({ sinceMs, limit: optionalNumber(fields, "limit") ?? 1_000 }));
  });

  routes.get("/instances", async (context) => {
    const fields = queryFields(context.req.url, [...filterFields, "limit", "cursor"]);
    const limit = optionalNumber(fields, "limit");
    const cursor = optionalText(fields, "cursor");
    const page = { ...(limit !== undefined && { limit }), ...(cursor !== undefined && { cursor }) };
    return context.json(await management.list({ ...filterFrom(fields), ...page }));
  });

  routes.get("/instances/count", async (context) => {
    const filter = filterFrom(queryFields(context.req.url, filterFields));
    return context.json({ count: await management.count(filter) });
  });

  routes.get("/instances/:id", async (context) => context.json(await management.describe(context.req.param("id"))));

  routes.get("/instances/:id/history", async (context) => {
    const fields = queryFields(context.req.url, ["executionId", "afterEventId"]);
    const executionId = optionalNumber(fields, "executionId");
    const afterEventId = optionalNumber(fields, "afterEventId");
    const part = {
      ...(executionId !== undefined && { executionId }),
      ...(afterEventId !== undefined && { afterEventId }),
    };
    return context.json(await management.history(context.req.param("id"), part));
  });

  routes.get("/instances/:id/export", async (context) => {
    const instanceId = context.req.param("id");
    const redact = optionalBoolean(queryFields(context.req.url, ["redact"]), "redact") ?? false;
    const file = await management.export(instanceId, { redact });
    context.header("content-disposition", `attachment; filename="${fileName(instanceId)}"`);
    return context.json(file);
  });

  routes.get("/instances/:id/family", async (context) => {
    return context.json(await management.family(context.req.param("id")));
  });

  // Its filter comes in a body, as that of the action which it is the preview of.
  routes.post("/bulk/preview", async (context) => {
    const filter = filterFrom(checkKnown(await readJson(context.req.raw, bodyLimitBytes), filterFields));
    return context.json(await management.previewBulk(filter));
  });

  return routes;
}

/** What of an id every file system takes. */
const fileName = (instanceId: string) => `${instanceId.replaceAll(/[^\w.-]+/g, "-").slice(0, 100)}.perdure.json`;
