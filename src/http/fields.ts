import type { InstanceFilter, ListOptions, PruneOptions } from "../client/index.ts";
import { type ActionKind, actionKinds, type InstanceAction } from "../management/index.ts";
import type { Duration } from "../values/index.ts";
import { ApiError } from "./api-error.ts";

/*
 * What a request says, read field by field: each has one type, and what nobody asked for is refused, because a filter
 * that was misspelt would act on everything.
 */

type Fields = Readonly<Record<string, unknown>>;

/** The parameters of a query, each at most once. */
export function queryFields(url: string, known: readonly string[]): Fields {
  const { searchParams } = new URL(url);
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of searchParams) {
    if (Object.hasOwn(fields, name)) throw invalid(`Parameter "${name}" was given twice.`);
    fields[name] = value;
  }
  return checkKnown(fields, known);
}

export function checkKnown(fields: Fields, known: readonly string[]): Fields {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown === undefined) return fields;
  throw invalid(`There is no field ${JSON.stringify(unknown.slice(0, 100))}. There are: ${known.join(", ")}.`);
}

export function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string" && value.length > 0) return value;
  throw invalid(`${name} has to be a text that is not empty.`);
}

export const optionalText = (fields: Fields, name: string): string | undefined =>
  fields[name] === undefined || fields[name] === null ? undefined : text(fields, name);

export function optionalNumber(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (Number.isSafeInteger(number)) return number as number;
  throw invalid(`${name} has to be a whole number.`);
}

export function optionalBoolean(fields: Fields, name: string): boolean | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw invalid(`${name} has to be true or false.`);
}

export const filterFields = [
  "status",
  "name",
  "version",
  "idContains",
  "quarantined",
  "createdFrom",
  "createdBefore",
] as const;

/** `status` is one, or several with commas between them. */
export function filterFrom(fields: Fields): InstanceFilter {
  const status = optionalText(fields, "status")?.split(",");
  const quarantined = optionalBoolean(fields, "quarantined");
  const createdFrom = optionalInstant(fields, "createdFrom");
  const createdBefore = optionalInstant(fields, "createdBefore");
  const name = optionalText(fields, "name");
  const version = optionalText(fields, "version");
  const idContains = optionalText(fields, "idContains");
  return {
    // Which statuses there are is for the client to say.
    ...(status !== undefined && { status: status as NonNullable<ListOptions["status"]> }),
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...(idContains !== undefined && { idContains }),
    ...(quarantined !== undefined && { quarantined }),
    ...(createdFrom !== undefined && { createdFrom }),
    ...(createdBefore !== undefined && { createdBefore }),
  };
}

export const actionFields = ["action", "reason", "force"] as const;

export function actionFrom(fields: Fields): InstanceAction {
  const action = actionKinds.find((kind): kind is ActionKind => kind === fields["action"]);
  if (action === undefined) throw invalid(`action has to be one of ${actionKinds.join(", ")}.`);
  const reason = optionalText(fields, "reason");
  const force = optionalBoolean(fields, "force");
  return { action, ...(reason !== undefined && { reason }), ...(force !== undefined && { force }) };
}

export const pruneFields = ["olderThan", "status", "instanceId", "keepExecutions"] as const;

/** By age, or the old executions of one instance: never both. */
export function pruneFrom(fields: Fields): PruneOptions {
  const olderThan = optionalText(fields, "olderThan");
  const instanceId = optionalText(fields, "instanceId");
  const status = optionalText(fields, "status")?.split(",");
  const keepExecutions = optionalNumber(fields, "keepExecutions");
  if (olderThan !== undefined && instanceId === undefined && keepExecutions === undefined) {
    const chosen = status as NonNullable<InstanceFilter["status"]> | undefined;
    return { olderThan: olderThan as Duration, ...(chosen !== undefined && { status: chosen }) };
  }
  if (instanceId !== undefined && olderThan === undefined && status === undefined) {
    return { instanceId, ...(keepExecutions !== undefined && { keepExecutions }) };
  }
  throw invalid("Give olderThan, with status or without; or instanceId, with keepExecutions or without.");
}

export function importFrom(fields: Fields): { readonly file: unknown; readonly as: "inspection" | "live" } {
  const { file, as = "inspection" } = fields;
  if (file === undefined) throw invalid("file has to be what an export gave.");
  if (as === "inspection" || as === "live") return { file, as };
  throw invalid('as has to be "inspection" or "live".');
}

function optionalInstant(fields: Fields, name: string): Date | undefined {
  const value = optionalText(fields, name);
  if (value === undefined) return undefined;
  const at = new Date(value);
  if (!Number.isNaN(at.getTime())) return at;
  throw invalid(`${name} has to be an instant, such as 2026-01-31T12:00:00Z.`);
}

const invalid = (message: string) => new ApiError(400, "INVALID_ARGUMENT", message);
