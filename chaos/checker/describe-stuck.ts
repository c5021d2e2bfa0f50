import type { StoreRows } from "./store-rows.ts";

const parts = {
  instance: "SELECT o.* FROM ownerships o JOIN instances i ON i.key = o.key WHERE i.instance_id = ?",
  messages: "SELECT m.* FROM messages m JOIN instances i ON i.key = m.key WHERE i.instance_id = ?",
  entries: "SELECT r.* FROM ready r JOIN instances i ON i.key = r.key WHERE i.instance_id = ?",
  work: "SELECT w.* FROM work w JOIN instances i ON i.key = w.key WHERE i.instance_id = ?",
  timers: "SELECT t.* FROM timers t JOIN instances i ON i.key = t.key WHERE i.instance_id = ?",
  history: "SELECT h.* FROM history h JOIN instances i ON i.key = h.key WHERE i.instance_id = ? ORDER BY 1, 2, 3",
};

/** All that the store has of an instance that does not go on, for whoever has to find out why. */
export async function describeStuck(rows: StoreRows, instanceId: string): Promise<string> {
  const nodes = await rows.query<object>("SELECT * FROM nodes");
  const lines = [`nodes ${JSON.stringify(nodes)}`];
  for (const [part, statement] of Object.entries(parts)) {
    if (part === "entries" && rows.kind === "sqlite") continue;
    const found = await rows.query<object>(statement.replace("?", `'${instanceId}'`));
    lines.push(...found.map((row) => `${part} ${JSON.stringify(row)}`));
  }
  return lines.map((line) => `\n      ${line}`).join("");
}
