import type { CountInstances } from "../contract.ts";
import type { Connection } from "./connection.ts";
import { conditionsOf, inStatuses } from "./instance-conditions.ts";

const COUNT = "SELECT count(*) FROM perdure_instances i";
const COUNT_BY_QUARANTINE = `${COUNT} JOIN perdure_ownerships o ON o.key = i.key`;

export function countInstances(db: Connection, request: CountInstances): number {
  const { statuses, quarantined } = request;
  const { sql, values } = conditionsOf(request);
  const where = ` WHERE true${sql}${statuses === null ? "" : inStatuses(statuses)}`;
  const select = quarantined === null ? COUNT : COUNT_BY_QUARANTINE;
  return db.get<[number]>(select + where, ...values, ...(statuses ?? []))?.[0] ?? 0;
}
