import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { callCli } from "./call-cli.ts";

test("an instance is exported into a file, and imported into another store", async () => {
  const folder = mkdtempSync(join(tmpdir(), "perdure-export-"));
  try {
    const [from, to, file] = ["from.db", "to.db", "a.json"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const store of [from, to]) assert.equal((await callCli(["migrate", "--store", store])).exitCode, 0);
    await callCli(["start", "order", '{"total":1}', "--id", "a", "--store", from]);
    assert.equal((await callCli(["export", "nobody", "--store", from])).exitCode, 3);
    assert.match((await callCli(["export", "a", "-o", file, "--store", from])).err, /Wrote 1 instance/);
    assert.match((await callCli(["export", "a", "--store", from])).out, /^\{\n {2}"perdureExport": 1/);
    assert.equal((await callCli(["import", file, "--live", "--store", to])).exitCode, 2, "not confirmed");
    assert.equal((await callCli(["import", file, "--live", "--yes", "--store", to])).out, "Imported: 1 instance\n");
    assert.equal((await callCli(["import", file, "--store", to])).out, "Imported: 0 instances, there already: 1\n");
    assert.match((await callCli(["show", "a", "--store", to])).out, /1 message waits to be taken in/);
    assert.equal((await callCli(["import", join(folder, "nothing.json"), "--store", to])).exitCode, 2);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
