import { InvalidArgumentError } from "../../errors/index.ts";
import type { InstancePage, ListInstances } from "../contract.ts";
import { conditionsOf } from "./instance-conditions.ts";
import { recordColumns, type RecordRow, recordFromRow } from "./instance-row.ts";
import type { Store } from "./store.ts";

type Row = RecordRow & { readonly key: number };

/** Newest first. The cursor is the last key of the page before, so that what is inserted meanwhile moves nothing. */
export async function listInstances(store: Store, request: ListInstances): Promise<InstancePage> {
  const { limit, cursor } = request;
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new InvalidArgumentError(`limit must be a positive integer, and is ${limit}.`);
  }
  const before = cursor === null ? Number.MAX_SAFE_INTEGER : keyFromCursor(cursor);
  const rows = await selectRows(store, request, before);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    instances: page.map(recordFromRow),
    cursor: rows.length > page.length && last !== undefined ? cursorFromKey(last.key) : null,
  };
}

async function selectRows({ db }: Store, request: ListInstances, before: number): Promise<Row[]> {
  const { statuses, limit } = request;
  const instances = `${db.schema}.instances i JOIN ${db.schema}.ownerships o ON o.key = i.key`;
  const conditions = conditionsOf(request, [before, limit + 1]);
  const select = (...more: readonly string[]) => `
    SELECT i.key, ${recordColumns} FROM ${instances}
     WHERE ${["i.key < $1", ...conditions.sql, ...more].join(" AND ")}
     ORDER BY i.key DESC LIMIT $2`;
  if (statuses === null) return await db.queryBounded<Row>(select(), conditions.values);
  // Each status in the order of an index; all at once, everything that has ended would be sorted.
  const values = [...conditions.values, [...new Set(statuses)]];
  const text = `
    SELECT i.* FROM unnest($${values.length}::text[]) s (status)
     CROSS JOIN LATERAL (${select("i.status = s.status")}) i
     ORDER BY i.key DESC LIMIT $2`;
  return await db.queryBounded<Row>(text, values);
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
