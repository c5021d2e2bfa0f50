import type { SQLInputValue } from "node:sqlite";
import type { CountInstances } from "../contract.ts";
import type { Connection } from "./connection.ts";
import { conditionsOf, inStatuses } from "./instance-conditions.ts";
import { instanceGroups } from "./instance-groups.ts";

const COUNT = "SELECT count(*) FROM perdure_instances i";
const COUNT_BY_QUARANTINE = `${COUNT} JOIN perdure_ownerships o ON o.key = i.key`;

export function countInstances(db: Connection, request: CountInstances): number {
  const { statuses, quarantined } = request;
  const select = quarantined === null ? COUNT : COUNT_BY_QUARANTINE;
  const count = (where: string, ...values: SQLInputValue[]) => db.get<[number]>(select + where, ...values)?.[0] ?? 0;
  if (quarantined === true || statuses === null) {
    const { sql, values } = conditionsOf(request);
    return count(` WHERE true${sql}${statuses === null ? "" : inStatuses(statuses)}`, ...values, ...(statuses ?? []));
  }
  const { sql, values } = conditionsOf({ ...request, name: null });
  const inGroup = ` WHERE i.name = ? AND i.status = ?${sql}`;
  return db.snapshot(() =>
    instanceGroups(db, request).reduce((sum, { name, status }) => sum + count(inGroup, name, status, ...values), 0),
  );
}
