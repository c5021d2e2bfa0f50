import type { CountInstances } from "../contract.ts";

export interface Conditions {
  readonly sql: readonly string[];
  /** All that the statement needs: those given, and after them the filter's. */
  readonly values: readonly unknown[];
}

/**
 * What a filter asks of instances `i` and ownerships `o`, but for statuses; `values` are those of the statement so far.
 */
export function conditionsOf(filter: CountInstances, values: readonly unknown[]): Conditions {
  const { name, quarantined, version, idContains, createdFrom, createdBefore } = filter;
  const all = [...values];
  const bound = (value: unknown) => `$${all.push(value)}`;
  const sql = [
    ...(name === null ? [] : [`i.name = ${bound(name)}`]),
    ...(quarantined === null ? [] : [`o.quarantine IS ${quarantined ? "NOT NULL" : "NULL"}`]),
    ...(version === undefined ? [] : [`i.version = ${bound(version)}`]),
    ...(idContains === undefined ? [] : [`strpos(i.instance_id, ${bound(idContains)}) > 0`]),
    ...(createdFrom === undefined ? [] : [`i.created_at >= ${bound(createdFrom)}`]),
    ...(createdBefore === undefined ? [] : [`i.created_at < ${bound(createdBefore)}`]),
  ];
  return { sql, values: all };
}
