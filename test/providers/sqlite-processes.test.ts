import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { newInstance } from "../../src/providers/conformance/scene.ts";
import { SqliteFolder } from "./sqlite-file.ts";

const hammer = fileURLToPath(import.meta.resolve("./sqlite-hammer.ts"));

test("M1 three processes on one file lose nothing, do nothing twice, and never hear of each other's locks", async () => {
  using folder = new SqliteFolder();
  await using provider = await SqliteProvider.open(folder.file);
  const ids = Array.from({ length: 12 }, (_, index) => `i${index}`);
  await provider.createInstances(ids.map((id) => newInstance(id)));
  const counts = await Promise.all([1, 2, 3].map(() => runHammer(folder.file, 20)));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    ids.length * 20,
  );
  for (const id of ids) {
    const history = (await provider.readHistory(id)) ?? [];
    assert.deepEqual(
      history.map(({ eventId }) => eventId),
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  }
});

test("M2 what was acknowledged survives the death of the process, and nothing is torn", async () => {
  using folder = new SqliteFolder();
  const provider = await SqliteProvider.open(folder.file);
  const ids = Array.from({ length: 10 }, (_, index) => `i${index}`);
  await provider.createInstances(ids.map((id) => newInstance(id)));
  await provider.close();

  const child = spawn(process.execPath, [hammer, folder.file, "100000", "tell"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let told = "";
  for await (const chunk of child.stdout) {
    told += String(chunk);
    if (told.length > 5_000) child.kill("SIGKILL");
  }
  const acknowledged = new Map<string, number>();
  for (const line of told.split("\n").slice(0, -1)) {
    const [id = "", lastEventId = ""] = line.split(" ");
    acknowledged.set(id, Number(lastEventId) + 1);
  }
  assert.equal(acknowledged.size, ids.length);

  const checked = new DatabaseSync(folder.file);
  assert.deepEqual({ ...checked.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
  checked.close();
  await using reopened = await SqliteProvider.open(folder.file);
  for (const [id, count] of acknowledged) {
    const history = (await reopened.readHistory(id)) ?? [];
    assert.ok(history.length >= count, `${id}: ${history.length} events, ${count} acknowledged`);
    assert.ok(history.every(({ eventId }, index) => eventId === index + 1));
  }
});

test("M3 a provider that is open and listened to does not keep its process alive", async () => {
  using folder = new SqliteFolder();
  const index = join(import.meta.dirname, "../../src/providers/sqlite/index.ts");
  const program = `
    import { SqliteProvider } from ${JSON.stringify(index)};
    const provider = await SqliteProvider.open(${JSON.stringify(folder.file)});
    provider.subscribe(() => {});
    await provider.enqueue([]);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", program], { stdio: "inherit" });
  assert.deepEqual(await once(child, "exit"), [0, null]);
});

async function runHammer(file: string, steps: number): Promise<number> {
  const child = spawn(process.execPath, [hammer, file, String(steps)], { stdio: ["ignore", "pipe", "inherit"] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  assert.equal(code, 0);
  return Number(output);
}
