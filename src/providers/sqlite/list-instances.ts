import { InvalidArgumentError } from "../../errors/index.ts";
import type { InstancePage, ListInstances } from "../contract.ts";
import type { Connection } from "./connection.ts";
import { conditionsOf, inStatuses } from "./instance-conditions.ts";
import { instanceGroups } from "./instance-groups.ts";
import { recordColumns, type RecordColumns, recordFromColumns } from "./instance-row.ts";
import { LIMIT } from "./row-limit.ts";

const byKey = `
  SELECT i.key, ${recordColumns} FROM perdure_instances i JOIN perdure_ownerships o ON o.key = i.key
   WHERE i.key < ?`;

const newestFirst = ` ORDER BY i.key DESC ${LIMIT}`;

const quarantinedByKey = `
  SELECT i.key, ${recordColumns} FROM perdure_ownerships o JOIN perdure_instances i ON i.key = o.key
   WHERE o.key < ?`;

type Columns = [key: number, ...RecordColumns];

/** Newest first. The cursor is the last key of the page before, so that what is inserted meanwhile moves nothing. */
export function listInstances(db: Connection, request: ListInstances): InstancePage {
  if (!Number.isSafeInteger(request.limit) || request.limit < 1) {
    throw new InvalidArgumentError(`limit must be a positive integer, and is ${request.limit}.`);
  }
  const before = request.cursor === null ? Number.MAX_SAFE_INTEGER : keyFromCursor(request.cursor);
  const rows = db.snapshot(() => selectRows(db, request, before, request.limit + 1));
  const page = rows.slice(0, request.limit);
  return {
    instances: page.map(([, ...columns]) => recordFromColumns(columns)),
    cursor: rows.length > page.length ? cursorFromKey((page.at(-1) as Columns)[0]) : null,
  };
}

function selectRows(db: Connection, request: ListInstances, before: number, limit: number): Columns[] {
  const { statuses, name, quarantined } = request;
  if (quarantined === true || (statuses === null && name === null)) {
    const { sql, values } = conditionsOf(request);
    // Quarantined instances are few: found by their own index, and then filtered.
    const select = (quarantined === true ? quarantinedByKey : byKey) + sql;
    const among = statuses === null ? "" : inStatuses(statuses);
    return db.all<Columns>(select + among + newestFirst, before, ...values, ...(statuses ?? []), limit);
  }
  // One group at a time, each in the order of the index; with IN, SQLite would sort every instance that has ended.
  const { sql, values } = conditionsOf({ ...request, name: null });
  const select = `${byKey}${sql} AND i.name = ? AND i.status = ?${newestFirst}`;
  return instanceGroups(db, request)
    .flatMap((group) => db.all<Columns>(select, before, ...values, group.name, group.status, limit))
    .toSorted((a, b) => b[0] - a[0])
    .slice(0, limit);
}

function cursorFromKey(key: number): string {
  return Buffer.from(`before ${key}`).toString("base64url");
}

function keyFromCursor(cursor: string): number {
  const text = Buffer.from(cursor, "base64url").toString();
  const key = Number(/^before ([1-9]\d{0,15})$/.exec(text)?.[1] ?? NaN);
  if (cursorFromKey(key) === cursor) return key;
  throw new InvalidArgumentError("This cursor is not one that a page of instances came with.");
}
