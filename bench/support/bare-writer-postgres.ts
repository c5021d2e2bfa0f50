import type pg from "pg";

const stepsPerCommit = 100;
const text = "x".repeat(100);

/** As the bare writer on SQLite, in one statement and one round trip for each commit of 100 steps. */
export async function bareWriterOnPostgres(client: pg.Client, commits: number): Promise<number> {
  await client.query(schema);
  try {
    const keys = Array.from({ length: stepsPerCommit }, (_, key) => key);
    await client.query("INSERT INTO bare.ownerships SELECT unnest($1::int[]), 'node', 1, 0, NULL", [keys]);
    const startedAt = performance.now();
    for (let commit = 0; commit < commits; commit += 1) {
      await client.query({ name: "bare step", text: step, values: [keys, commit * 2, text] });
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const { rows } = await client.query<{ written: number }>("SELECT count(*)::int AS written FROM bare.history");
    if (rows[0]?.written !== commits * stepsPerCommit * 2) throw new Error("The bare writer lost events.");
    return (commits * stepsPerCommit) / seconds;
  } finally {
    await client.query("DROP SCHEMA bare CASCADE");
  }
}

const schema = `
  DROP SCHEMA IF EXISTS bare CASCADE;
  CREATE SCHEMA bare;
  CREATE TABLE bare.history (key int, execution_id int, event_id int, at bigint, body text, payload text,
    PRIMARY KEY (key, execution_id, event_id));
  CREATE TABLE bare.queue (id text PRIMARY KEY, key int NOT NULL, body text);
  CREATE TABLE bare.ownerships (key int PRIMARY KEY, owner text, epoch int, last_event_id int, turn_id text)
    WITH (fillfactor = 70)`;

const step = `
  WITH keys AS (SELECT unnest($1::int[]) AS key),
       events AS (
         INSERT INTO bare.history
         SELECT key, 1, $2::int + number, 1700000000000, '{}', $3::text FROM keys, generate_series(1, 2) AS number),
       items AS (INSERT INTO bare.queue SELECT 'item-' || key || '.' || ($2::int + 2), key, $3::text FROM keys),
       gone AS (DELETE FROM bare.queue q USING keys k WHERE q.id = 'item-' || k.key || '.' || $2::int)
  UPDATE bare.ownerships o SET last_event_id = $2::int + 2, turn_id = 'turn-' || k.key || '.' || $2::int
    FROM keys k WHERE o.key = k.key AND o.last_event_id = $2::int`;
