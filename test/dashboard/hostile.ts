import assert from "node:assert/strict";
import { untilStatus } from "../support/instances.ts";
import { visit } from "./browser.ts";
import { isTooWide, type Play } from "./stage.ts";

const script = `<script>alert(1)</script><img src=x onerror="alert(2)">`;
const disguised = "invoice\u202egpj.exe\u0000\u0007\u200b\u2066";
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const unseen = /[\u0000-\u0008\u202a-\u202e\u2066-\u2069\u200b]/;
const long = "W".repeat(60_000);

export function hostile(play: Play): void {
  play("whatever users store is shown as text: no script runs, and nothing breaks out of its place", async (stage) => {
    const { browser, dashboard, world } = stage;
    const instanceId = `${script}${"x".repeat(120)}`;
    const input = { message: `${script}${disguised}`, [script]: disguised, long };
    await world.client.start("mirror", input, { instanceId });
    await untilStatus(world, instanceId, "failed");
    await using visitor = await visit(browser, { width: 390, height: 844 });
    const { page, complaints } = visitor;
    await page.goto(dashboard.loginUrl());
    await page.getByRole("link", { name: "<script>alert(1)" }).waitFor();
    const address = `${dashboard.url}/#/instances/${encodeURIComponent(instanceId)}`;
    for (const tab of ["", "/history?event=1", "/replay", "/family"]) {
      await page.goto(`${address}${tab}`);
      await page.getByRole("heading", { level: 1, name: "<script>alert(1)" }).waitFor();
      await page.locator("main .panel").first().waitFor();
      const made = await page.locator("main script, main img, main iframe").count();
      const shown = (await page.locator("body").textContent()) ?? "";
      const found = { made, isTooWide: await isTooWide(page), unseen: unseen.test(shown) };
      assert.deepEqual(found, { made: 0, isTooWide: false, unseen: false }, tab);
    }
    await page.goto(address);
    await page.getByText("invoice\\u202egpj.exe").first().waitFor();
    assert.deepEqual(complaints, []);
  });
}
