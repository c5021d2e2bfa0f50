import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import { orchestration } from "../../src/definition/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { untilSo } from "../support/until-so.ts";
import { callCli } from "./call-cli.ts";

const definitions = join(import.meta.dirname, "../../src/definition/index.ts");

test("a deploy pipeline learns from the exit code whether running instances would go on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "perdure-check-"));
  try {
    const store = join(folder, "app.db");
    await using provider = await SqliteProvider.open(store);
    const order = orchestration("order", async (ctx) => ctx.receive("box"));
    await using _node = await Runtime.start({ provider, orchestrations: [order] });
    const client = new Client(provider);
    await client.start(order, undefined, { instanceId: "a" });
    await untilSo(provider, async () => (await client.getHistory("a")).length >= 2);
    const write = (name: string, body: string) => {
      const path = join(folder, name);
      const code = `import { orchestration } from ${JSON.stringify(definitions)};\n${body}`;
      writeFileSync(path, code);
      return path;
    };
    const same = write(
      "same.ts",
      'export const all = [orchestration("order", async (ctx) => { await ctx.receive("box"); return 2; })];',
    );
    const inObject = write(
      "in-object.ts",
      `const order = orchestration("order", async (ctx) => ctx.receive("box"));
       export default { all: { order, of: [[order]] }, count: 1, nothing: null };
       export const again = { order };`,
    );
    const twice = write(
      "twice.ts",
      'const make = () => orchestration("order", async () => 1);\nexport const orders = { a: make(), b: make() };',
    );
    const other = write("other.ts", 'export const order = orchestration("order", async (ctx) => ctx.sleep(1));');
    const none = write("none.ts", "export const nothing = orchestration.name;");
    const check = (...args: string[]) => callCli(["check", ...args, "--store", store]);
    assert.deepEqual(await check(same), {
      exitCode: 0,
      out: "All is well: 1 instance would go on with this code.\n",
      err: "",
    });
    assert.deepEqual(await check(inObject), await check(same));
    const twoOfAName = await check(twice);
    assert.equal(twoOfAName.exitCode, 2);
    assert.match(twoOfAName.err, /"order".* \[[A-Z_]+\]\n$/);
    const diverging = await check(other);
    assert.equal(diverging.exitCode, 4);
    assert.match(diverging.out, /1 of 1 instance would not go on[\s\S]*event 2\n[\s\S]*other\.ts:2/);
    const json = JSON.parse((await check(other, "--json")).out) as { failures: { code: string; instanceId: string }[] };
    assert.deepEqual(
      json.failures.map(({ code, instanceId }) => [code, instanceId]),
      [["NONDETERMINISM", "a"]],
    );
    assert.equal((await check(none)).exitCode, 2);
    assert.equal((await check(join(folder, "nowhere.ts"))).exitCode, 2);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
