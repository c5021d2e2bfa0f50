import type { Connection } from "./connection.ts";

const SELECT_KEY = "SELECT key FROM perdure_instances WHERE instance_id = ?";

const SELECT_STATE = "SELECT name, payload FROM perdure_state WHERE key = ? ORDER BY name";

export function readState(db: Connection, instanceId: string): { key: string; payload: string }[] | null {
  return db.snapshot(() => {
    const instance = db.get<[number]>(SELECT_KEY, instanceId);
    if (instance === undefined) return null;
    return db.all<[string, string]>(SELECT_STATE, instance[0]).map(([key, payload]) => ({ key, payload }));
  });
}
