import type { CountInstances, InstanceStatus } from "../contract.ts";
import type { Connection } from "./connection.ts";

// Two searches: for (name, status) > (?, ?) SQLite would walk through all of the same name.
const SELECT_NEXT_GROUP = `
  SELECT * FROM (
    SELECT name, status FROM perdure_instances
     WHERE name = ?1 AND status > ?2
     ORDER BY status LIMIT 1)
  UNION ALL
  SELECT * FROM (
    SELECT name, status FROM perdure_instances
     WHERE name > ?1
     ORDER BY name, status LIMIT 1)
  LIMIT 1`;

/** The instances of one name and one status. */
interface InstanceGroup {
  readonly name: string;
  readonly status: InstanceStatus;
}

/**
 * Those that there are, of these names and statuses. Jumps through the index from group to group: so one index does for
 * names and statuses, and is all that has to be changed when an instance changes its status.
 */
export function instanceGroups(db: Connection, { name, statuses }: Pick<CountInstances, "name" | "statuses">) {
  const groups: InstanceGroup[] = [];
  let [lastName, lastStatus] = [name ?? "", ""];
  for (;;) {
    const next = db.get<[string, InstanceStatus]>(SELECT_NEXT_GROUP, lastName, lastStatus);
    if (next === undefined || (name !== null && next[0] !== name)) return groups;
    const [foundName, status] = next;
    [lastName, lastStatus] = next;
    if (statuses === null || statuses.includes(status)) groups.push({ name: foundName, status });
  }
}
