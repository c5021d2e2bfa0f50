import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { Management } from "../../src/management/index.ts";
import { newProject } from "../support/new-project.ts";
import { startProgram } from "../support/program.ts";
import { callCli } from "./call-cli.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);

test("a new project type-checks, waits for an approval, survives being killed, and goes on", async () => {
  using project = await newProject();
  const { folder } = project;
  const { scripts, dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
    dependencies: Record<string, string>;
  };
  assert.deepEqual([scripts["start"], Object.keys(dependencies)], ["node main.ts", ["perdure"]]);
  await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder]);

  const first = startProgram("main.ts", null, { cwd: folder });
  await first.printed("waits for an approval");
  const address = await first.printed("Open http://127.0.0.1:");
  assert.match(address, /\/login\?code=/);
  await using provider = await SqliteProvider.open(join(folder, "app.db"));
  const management = new Management(provider);
  const waits = async () => (await management.describe("order-42")).waits.map(({ text }) => text);
  while (!(await waits()).includes('Mailbox "approvals" is empty.')) await changeIn(management);
  first.kill("SIGKILL");
  await first.ended;
  assert.equal(
    (await callCli(["send", "order-42", "approvals", "true", "--store", join(folder, "app.db")])).exitCode,
    0,
  );
  await using second = startProgram("main.ts", null, { cwd: folder });
  assert.equal(await second.printed("receipt for 42"), "receipt for 42: 1200");
  assert.equal((await second.ended).code, 0);
});

test("init leaves alone what is there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "perdure-init-"));
  try {
    const mine = { name: "mine", scripts: { test: "my test" }, dependencies: { perdure: "file:perdure.tgz" } };
    writeFileSync(join(folder, "package.json"), JSON.stringify(mine));
    assert.equal((await callCli(["init", folder])).exitCode, 0);
    const json = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as typeof mine;
    assert.deepEqual([json.name, json.scripts.test, json.dependencies], ["mine", "my test", mine.dependencies]);
    writeFileSync(join(folder, "main.ts"), "mine");
    rmSync(join(folder, "README.md"));
    const again = await callCli(["init", folder]);
    assert.deepEqual([again.exitCode, existsSync(join(folder, "README.md"))], [5, false]);
    assert.equal(readFileSync(join(folder, "main.ts"), "utf8"), "mine");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const changeIn = (management: Management): Promise<void> =>
  new Promise((resolve) => {
    const unsubscribe = management.subscribe(() => {
      unsubscribe();
      resolve();
    });
  });
