import type { CountInstances } from "../contract.ts";
import type { Connection } from "./connection.ts";

const COUNT = "SELECT count(*) FROM perdure_instances i";
const COUNT_BY_QUARANTINE = `${COUNT} JOIN perdure_ownerships o ON o.key = i.key`;

export function countInstances(db: Connection, request: CountInstances): number {
  const { statuses, name, quarantined } = request;
  const conditions = [
    ...(name === null ? [] : ["i.name = ?"]),
    ...(statuses === null ? [] : [`i.status IN (${statuses.map(() => "?").join(", ")})`]),
    ...(quarantined === null ? [] : [`o.quarantine IS ${quarantined ? "NOT NULL" : "NULL"}`]),
  ];
  const sql = quarantined === null ? COUNT : COUNT_BY_QUARANTINE;
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  const values = [...(name === null ? [] : [name]), ...(statuses ?? [])];
  return db.get<[number]>(sql + where, ...values)?.[0] ?? 0;
}
