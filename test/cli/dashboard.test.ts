import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { callCli } from "./call-cli.ts";

const definitions = join(import.meta.dirname, "../../src/definition/index.ts");

test("perdure dashboard serves until it is stopped, to whom its options say, and checks the code that it is given", async () => {
  const folder = mkdtempSync(join(tmpdir(), "perdure-dashboard-"));
  try {
    const store = join(folder, "app.db");
    await callCli(["migrate", "--store", store]);
    const code = `import { orchestration } from ${JSON.stringify(definitions)};\nexport const a = orchestration("a", async () => 1);`;
    writeFileSync(join(folder, "code.ts"), code);
    assert.equal((await callCli(["dashboard", "--store", store, "--host", "0.0.0.0"])).exitCode, 2, "without a token");
    assert.equal((await callCli(["dashboard", "--store", join(folder, "none.db")])).exitCode, 3);
    const stop = new AbortController();
    const printed = Promise.withResolvers<{ url: string; loginUrl: string }>();
    const token = "a token to look and change";
    const args = ["--read-only", "--orchestrations", join(folder, "code.ts"), "--allow-host", "ops.example.com"];
    const running = callCli(["dashboard", "--json", "--store", store, ...args], {
      env: { PERDURE_TOKEN: token },
      signal: stop.signal,
      onOut: (text) => printed.resolve(JSON.parse(text) as { url: string; loginUrl: string }),
    });
    const { url, loginUrl } = await printed.promise;
    assert.ok(loginUrl.startsWith(`${url}/login?code=`));
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", "x-perdure": "1" };
    const post = (path: string, body: object) =>
      fetch(`${url}/api/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    assert.equal((await post("instances", { name: "a" })).status, 403, "nobody changes anything");
    assert.deepEqual(((await (await post("check", {})).json()) as { ok: boolean }).ok, true);
    stop.abort();
    assert.equal((await running).exitCode, 0);
    await assert.rejects(fetch(url));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
