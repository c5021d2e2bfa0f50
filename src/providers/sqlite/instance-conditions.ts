import type { SQLInputValue } from "node:sqlite";
import type { CountInstances } from "../contract.ts";

export interface Conditions {
  /** Each begins with ` AND `. */
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** What a filter asks of perdure_instances `i` and perdure_ownerships `o`, but for statuses. */
export function conditionsOf(filter: CountInstances): Conditions {
  const { name, quarantined, version, idContains, createdFrom, createdBefore } = filter;
  const conditions: [sql: string, ...values: SQLInputValue[]][] = [];
  if (name !== null) conditions.push(["i.name = ?", name]);
  if (quarantined !== null) conditions.push([`o.quarantine IS ${quarantined ? "NOT NULL" : "NULL"}`]);
  if (version !== undefined) conditions.push(["i.version = ?", version]);
  if (idContains !== undefined) conditions.push(["instr(i.instance_id, ?) > 0", idContains]);
  if (createdFrom !== undefined) conditions.push(["i.created_at >= ?", createdFrom]);
  if (createdBefore !== undefined) conditions.push(["i.created_at < ?", createdBefore]);
  return {
    sql: conditions.map(([sql]) => ` AND ${sql}`).join(""),
    values: conditions.flatMap(([, ...values]) => values),
  };
}

export const inStatuses = (statuses: readonly string[]): string =>
  ` AND i.status IN (${statuses.map(() => "?").join(", ")})`;
