import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { newInstance } from "../../src/providers/conformance/scene.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { World } from "../support/world.ts";
import { callCli } from "./call-cli.ts";

/** A file with three instances, and arguments for a store to move them into. */
async function fromFileTo(
  kind: "sqlite" | "postgres",
  run: (store: string, target: readonly string[]) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "perdure-move-"));
  const world = kind === "postgres" ? await World.open({ name: kind, options: {}, store: kind }) : null;
  try {
    const store = join(folder, "from.db");
    await using provider = await SqliteProvider.open(store);
    await provider.createInstances(["a", "b", "c"].map((id) => newInstance(id)));
    const schema = world?.store.schema;
    const target = schema == null ? [join(folder, "to.db")] : [schema.url, "--to-schema", schema.schema];
    await run(store, target);
  } finally {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const kind of ["sqlite", "postgres"] as const) {
  test(`a store is moved after a look at what would be moved [into ${kind}]`, () =>
    fromFileTo(kind, async (store, target) => {
      const move = (...args: string[]) => callCli(["move", ...target, "--store", store, ...args], { isWatched: true });
      const preview = await move("--dry-run");
      assert.equal(preview.exitCode, 0);
      assert.match(preview.out, /: 3 instances, 0 events, 3 messages, .*\n[^✗]*✓ Nothing is in the way\.\n$/);
      assert.equal(preview.out.includes("not there yet"), kind === "sqlite");
      assert.equal((await move()).exitCode, 2, "not confirmed");
      assert.equal((await callCli(["list", "--count", "--store", store])).out, "3\n");
      const moved = await move("--yes");
      assert.match(moved.out, /^Moved to .*: 3 instances, .*\nStart the nodes on /);
      assert.match(moved.err, /█{20} 3 of 3 instances/);
      const [to = "", , schema] = target;
      const where = ["--store", to, ...(schema === undefined ? [] : ["--schema", schema])];
      assert.equal((await callCli(["list", "--count", ...where])).out, "3\n");
      const again = await move("--dry-run", "--json");
      const { obstacles } = JSON.parse(again.out) as { obstacles: string[] };
      assert.equal(again.exitCode, 5);
      assert.match(obstacles.join(), /was moved already/);
    }));
}

test("a move that was stopped goes on with the next call, or is undone", () =>
  fromFileTo("sqlite", async (store, [to = ""]) => {
    await using provider = await SqliteProvider.open(store);
    // More than one page.
    await provider.createInstances(Array.from({ length: 600 }, (_, index) => newInstance(`more-${index}`)));
    const move = (...args: string[]) => callCli(["move", to, "--store", store, ...args]);
    const stopped = () => callCli(["move", to, "--store", store, "--yes"], { signal: AbortSignal.abort() });
    assert.match((await stopped()).err, /Stopped on the way/);
    assert.match((await move("--dry-run")).out, /will go on where it was interrupted/);
    assert.match((await callCli(["start", "order", "--store", store])).err, /moved/);
    assert.match((await move("--abandon", "--yes")).out, /can be used again/);
    assert.equal((await callCli(["list", "--count", "--store", to])).out, "0\n");
    assert.equal((await stopped()).exitCode, 1);
    assert.match((await move("--yes")).out, /603 instances, .* \(500 instances by an earlier call\)/);
  }));

test("what is in the way of a move is said before it is begun", () =>
  fromFileTo("sqlite", async (store, [to = ""]) => {
    await using from = await SqliteProvider.open(store);
    await using target = await SqliteProvider.open(to);
    await target.createInstances([newInstance("b")]);
    await from.openLease({ nodeId: "n", durationMs: 60_000, capabilities: [] });
    const { exitCode, out } = await callCli(["move", to, "--store", store, "--dry-run"]);
    assert.equal(exitCode, 5);
    assert.match(out, /✗ 1 node\(s\) hold a lease on the sqlite store \(n\)/);
    assert.match(out, /✗ Both stores have an instance "b"/);
    assert.equal(await from.transfer.readSeal(), null);
  }));
