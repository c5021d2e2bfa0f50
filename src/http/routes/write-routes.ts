import { Hono } from "hono";
import type { ApiContext, ApiEnv } from "../api-context.ts";
import { audited } from "../audited.ts";
import { actionFields, actionFrom, checkKnown, filterFields, filterFrom, optionalText, text } from "../fields.ts";
import { readJson } from "../read-json.ts";

/** What changes something. Each leaves an entry in the audit. */
export function writeRoutes(api: ApiContext): Hono<ApiEnv> {
  const { management, bodyLimitBytes } = api;
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

  // Changes nothing, but its filter comes in a body.
  routes.post("/bulk/preview", async (context) => {
    const filter = filterFrom(await body(context.req.raw, filterFields));
    return context.json(await management.previewBulk(filter));
  });

  routes.post("/bulk", async (context) => {
    const fields = await body(context.req.raw, [...filterFields, ...actionFields]);
    const filter = filterFrom(fields);
    const action = actionFrom(fields);
    const change = { what: `${action.action} all`, target: JSON.stringify(filter) };
    return context.json(await audited(api, context, change, () => management.actOnAll({ filter, ...action })));
  });

  return routes;
}
