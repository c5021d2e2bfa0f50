import { DatabaseSync } from "node:sqlite";

const stepsPerCommit = 100;
// Three texts a step: 300 bytes of payload in all.
const text = "x".repeat(100);

/**
 * What SQLite does of itself, with no engine around it: for each step two history inserts, one queue insert, one queue
 * delete and one ownership update, with 300 bytes of payload in all; 100 steps a commit, at full durability.
 */
export function bareWriterStepsPerSecond(path: string, commits: number): number {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 10000");
  db.exec(schema);
  const insertEvent = db.prepare("INSERT INTO history VALUES (?, 1, ?, ?, ?, ?)");
  const insertItem = db.prepare("INSERT INTO queue (id, key, body) VALUES (?, ?, ?)");
  const deleteItem = db.prepare("DELETE FROM queue WHERE id = ?");
  const update = db.prepare("UPDATE ownerships SET last_event_id = ?, turn_id = ? WHERE key = ? AND last_event_id = ?");
  for (let key = 0; key < stepsPerCommit; key += 1) {
    db.prepare("INSERT INTO ownerships VALUES (?, 'node', 1, 0, NULL)").run(key);
  }
  const startedAt = performance.now();
  for (let commit = 0; commit < commits; commit += 1) {
    db.exec("BEGIN IMMEDIATE");
    const last = commit * 2;
    for (let key = 0; key < stepsPerCommit; key += 1) {
      insertEvent.run(key, last + 1, 1_700_000_000_000, "{}", text);
      insertEvent.run(key, last + 2, 1_700_000_000_000, "{}", text);
      insertItem.run(`item-${key}.${last + 2}`, key, text);
      deleteItem.run(`item-${key}.${last}`);
      update.run(last + 2, `turn-${key}.${last}`, key, last);
    }
    db.exec("COMMIT");
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const written = db.prepare("SELECT count(*) AS rows FROM history").get()?.["rows"];
  db.close();
  if (written !== commits * stepsPerCommit * 2) throw new Error(`The bare writer wrote ${String(written)} events.`);
  return (commits * stepsPerCommit) / seconds;
}

const schema = `
  CREATE TABLE history (key INTEGER, execution_id INTEGER, event_id INTEGER, at INTEGER, body TEXT, payload TEXT,
    PRIMARY KEY (key, execution_id, event_id)) STRICT;
  CREATE TABLE queue (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key INTEGER NOT NULL, body TEXT) STRICT;
  CREATE TABLE ownerships (key INTEGER PRIMARY KEY, owner TEXT, epoch INTEGER, last_event_id INTEGER, turn_id TEXT) STRICT;
`;
