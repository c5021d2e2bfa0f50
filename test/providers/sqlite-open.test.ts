import assert from "node:assert/strict";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { InvalidArgumentError, SchemaVersionError, StorageError } from "../../src/errors/index.ts";
import { openReader, openWriter } from "../../src/providers/sqlite/open-connection.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { newInstance } from "../../src/providers/conformance/scene.ts";
import { SqliteFolder } from "./sqlite-file.ts";

test("F1 the settings that durability rests on are in force", async () => {
  using folder = new SqliteFolder();
  const writer = await openWriter(folder.file);
  const setting = (name: string) => writer.get<[unknown]>(`PRAGMA ${name}`)?.[0];
  assert.deepEqual(["journal_mode", "synchronous", "foreign_keys", "busy_timeout", "wal_autocheckpoint"].map(setting), [
    "wal",
    2,
    0,
    0,
    10_000,
  ]);
  writer.close();
});

test("F2 a new file, and what SQLite puts beside it, belongs to its owner alone", async () => {
  using folder = new SqliteFolder();
  await using provider = await SqliteProvider.open(folder.file);
  await provider.createInstances([newInstance("a")]);
  for (const suffix of ["", "-wal", "-shm"]) assert.equal(statSync(folder.file + suffix).mode & 0o777, 0o600, suffix);
});

test("F2 the mode of a file that exists is left alone", async () => {
  using folder = new SqliteFolder();
  writeFileSync(folder.file, "", { mode: 0o640 });
  await using provider = await SqliteProvider.open(folder.file);
  assert.equal(provider.kind, "sqlite");
  assert.equal(statSync(folder.file).mode & 0o777, 0o640);
});

test("F3 what was committed is there after reopening", async () => {
  using folder = new SqliteFolder();
  const first = await SqliteProvider.open(folder.file);
  await first.createInstances([newInstance("a")]);
  await first.close();
  assert.throws(() => statSync(`${folder.file}-wal`), "closing leaves one file");
  await using second = await SqliteProvider.open(folder.file);
  assert.equal((await second.readInstance("a"))?.instanceId, "a");
});

test("F4 a newer schema is refused, and left as it is", async () => {
  using folder = new SqliteFolder();
  await (await SqliteProvider.open(folder.file)).close();
  const other = new DatabaseSync(folder.file);
  other.exec("INSERT INTO perdure_schema_versions VALUES (999, 0)");
  other.close();
  await assert.rejects(SqliteProvider.open(folder.file), SchemaVersionError);
});

test("F5 the file may hold tables of others", async () => {
  using folder = new SqliteFolder();
  const theirs = new DatabaseSync(folder.file);
  theirs.exec("CREATE TABLE instances (id); INSERT INTO instances VALUES (7)");
  await using provider = await SqliteProvider.open(folder.file);
  await provider.createInstances([newInstance("a")]);
  assert.deepEqual({ ...theirs.prepare("SELECT * FROM instances").get() }, { id: 7 });
  const names = theirs.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const foreign = names.filter(({ name }) => !/^(perdure_|sqlite_|instances$)/.test(String(name)));
  assert.deepEqual(foreign, []);
  theirs.close();
});

test("F6 what cannot be opened is a StorageError that says why", async () => {
  using folder = new SqliteFolder();
  const text = join(folder.folder, "text.db");
  writeFileSync(text, "This is not a database, but long enough to be looked at as one.".repeat(20));
  mkdirSync(join(folder.folder, "directory.db"));
  for (const name of ["text.db", "directory.db", "missing/folder.db"]) {
    const opening = SqliteProvider.open(join(folder.folder, name));
    await assert.rejects(opening, (error: Error) => error instanceof StorageError && error.message.includes(name));
  }
  await assert.rejects(SqliteProvider.open(""), InvalidArgumentError);
});

test("F7 many openings of one new file at once all succeed", async () => {
  using folder = new SqliteFolder();
  const providers = await Promise.all(Array.from({ length: 8 }, () => SqliteProvider.open(folder.file)));
  await Promise.all(providers.map((provider, index) => provider.createInstances([newInstance(`i${index}`)])));
  const request = { statuses: null, name: null, quarantined: null, limit: 100, cursor: null };
  for (const provider of providers) assert.equal((await provider.listInstances(request)).instances.length, 8);
  await Promise.all(providers.map((provider) => provider.close()));
});

test("F8 a path that looks like a URI is a path", async () => {
  using folder = new SqliteFolder();
  const path = join(folder.folder, "file:x.db?mode=memory");
  await (await SqliteProvider.open(path)).close();
  assert.ok(statSync(path).size > 0);
});

test("F9 the connection for reading cannot write", async () => {
  using folder = new SqliteFolder();
  const writer = await openWriter(folder.file);
  const reader = await openReader(folder.file);
  assert.throws(() => reader.script("CREATE TABLE x (y)"), /readonly/);
  reader.close();
  writer.close();
});
