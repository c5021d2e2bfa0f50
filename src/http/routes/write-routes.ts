import { Hono } from "hono";
import type { ApiContext, ApiEnv } from "../api-context.ts";
import { audited } from "../audited.ts";
import {
  actionFields,
  actionFrom,
  checkKnown,
  filterFields,
  filterFrom,
  importFrom,
  optionalText,
  pruneFields,
  pruneFrom,
  text,
} from "../fields.ts";
import { readJson } from "../read-json.ts";

/** What changes something. Each leaves an entry in the audit. */
export function writeRoutes(api: ApiContext): Hono<ApiEnv> {
  const { management, bodyLimitBytes, importLimitBytes } = api;
  const routes = new Hono<ApiEnv>();
  const body = async (request: Request, known: readonly string[]) =>
    checkKnown(await readJson(request, bodyLimitBytes), known);

  routes.post("/instances", async (context) => {
    const fields = await body(context.req.raw, ["name", "input", "instanceId", "version"]);
    const name = text(fields, "name");
    const instanceId = optionalText(fields, "instanceId");
    const version = optionalText(fields, "version");
    // A second start under one id would seem to have worked.
    const options = { onConflict: "fail", ...(instanceId !== undefined && { instanceId }) } as const;
    const change = { what: "start", target: instanceId ?? name, ...(instanceId !== undefined && { instanceId }) };
    const started = await audited(api, context, change, () =>
      management.start(name, fields["input"] ?? null, { ...options, ...(version !== undefined && { version }) }),
    );
    return context.json(started, 201);
  });

  routes.post("/instances/:id/messages", async (context) => {
    const instanceId = context.req.param("id");
    const fields = await body(context.req.raw, ["mailbox", "data"]);
    const mailbox = text(fields, "mailbox");
    await audited(api, context, { what: `send ${mailbox}`, target: instanceId, instanceId }, () =>
      management.send(instanceId, mailbox, fields["data"] ?? null),
    );
    return context.json({ instanceId });
  });

  routes.post("/instances/:id/events", async (context) => {
    const instanceId = context.req.param("id");
    const fields = await body(context.req.raw, ["event", "data"]);
    const event = text(fields, "event");
    await audited(api, context, { what: `raise ${event}`, target: instanceId, instanceId }, () =>
      management.raiseEvent(instanceId, event, fields["data"] ?? null),
    );
    return context.json({ instanceId });
  });

  routes.post("/instances/:id/actions", async (context) => {
    const instanceId = context.req.param("id");
    const action = actionFrom(await body(context.req.raw, actionFields));
    const done = await audited(api, context, { what: action.action, target: instanceId, instanceId }, () =>
      management.act(instanceId, action),
    );
    return context.json(done);
  });

  routes.post("/bulk", async (context) => {
    const fields = await body(context.req.raw, [...filterFields, ...actionFields]);
    const filter = filterFrom(fields);
    const action = actionFrom(fields);
    const change = { what: `${action.action} all`, target: JSON.stringify(filter) };
    return context.json(await audited(api, context, change, () => management.actOnAll({ filter, ...action })));
  });

  routes.post("/prune", async (context) => {
    const options = pruneFrom(await body(context.req.raw, pruneFields));
    const change = { what: "prune", target: JSON.stringify(options) };
    return context.json(await audited(api, context, change, () => management.prune(options)));
  });

  routes.post("/imports", async (context) => {
    const fields = checkKnown(await readJson(context.req.raw, importLimitBytes), ["file", "as"]);
    const { file, as } = importFrom(fields);
    const change = { what: `import as ${as}`, target: importedIds(file) };
    return context.json(await audited(api, context, change, () => management.import(file, { as })), 201);
  });

  return routes;
}

/** For the audit, of whatever was sent. */
function importedIds(file: unknown): string {
  const { instances } = (file ?? {}) as { readonly instances?: unknown };
  if (!Array.isArray(instances)) return "a file";
  const ids = instances.slice(0, 10).map((one: { readonly instanceId?: unknown } | null) => {
    const id = one?.instanceId;
    return typeof id === "string" ? id.slice(0, 255) : "?";
  });
  return `${ids.join(", ")}${instances.length > ids.length ? `, and ${instances.length - ids.length} more` : ""}`;
}
