import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { orchestration } from "../../src/definition/index.ts";
import { serveDashboard } from "../../src/http/index.ts";
import { Management } from "../../src/management/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { visit } from "./browser.ts";
import { type Play, statusShown, tokens } from "./stage.ts";

/** Who comes in, and what needs nobody's permission. */
export function doors(play: Play): void {
  play("a token lets in, a wrong one is refused, and whoever may only look sees no way to act", async (stage) => {
    const { browser, dashboard } = stage;
    await using visitor = await visit(browser);
    const { page, complaints } = visitor;
    await page.goto(`${dashboard.url}/#/instances/refund-4021`);
    await page.getByLabel("Token").fill("something that was guessed");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "This token is not the right one." }).waitFor();
    await page.getByLabel("Token").fill(tokens.readToken);
    await page.keyboard.press("Enter");
    await statusShown(page, "running").waitFor();
    await page.getByText('Mailbox "approvals" is empty.').waitFor();
    await page.getByText("read only").waitFor();
    const actions = page.locator("main").getByRole("button", { name: "…" });
    assert.deepEqual(await actions.allTextContents(), ["Export…"]);
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByLabel("Token").fill(tokens.token);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Terminate…" }).waitFor();
    assert.deepEqual(complaints, []);
  });

  play("an address for a browser lets in once, and then says that it was used", async ({ browser, dashboard }) => {
    const address = dashboard.loginUrl();
    await using first = await visit(browser);
    await first.page.goto(address);
    await first.page.getByRole("heading", { name: "Instances" }).waitFor();
    await using second = await visit(browser);
    await second.page.goto(address);
    await second.page.getByText("That address was used before").waitFor();
  });

  play("an exported history is shown to somebody who has not logged in, and replayed", async (stage) => {
    const { browser, dashboard, world } = stage;
    const folder = await mkdtemp(join(tmpdir(), "perdure-"));
    const file = join(folder, "export.json");
    await writeFile(file, JSON.stringify(await new Management(world.provider).history("order-4010")));
    await using visitor = await visit(browser);
    const { page, complaints } = visitor;
    await page.goto(`${dashboard.url}/#/file`);
    await page.locator("input[type=file]").setInputFiles(file);
    await statusShown(page, "completed").waitFor();
    await page.getByRole("list").getByText("charge-card").first().waitFor();
    await page.getByRole("link", { name: "Replay" }).click();
    await page.getByRole("slider", { name: "Event" }).focus();
    await page.keyboard.press("Home");
    await page.getByText(/^Event 1 of \d+$/).waitFor();
    await page.getByText("Nothing: it was running, or over.").waitFor();
    await writeFile(file, '{"instanceId":"x","executionId":1,"events":[{"kind":"TimerFired","eventId":2,"at":1}]}');
    await page.locator("input[type=file]").setInputFiles(file);
    await page.getByRole("alert").filter({ hasText: "has a gap" }).waitFor();
    await rm(folder, { recursive: true });
    assert.deepEqual(complaints, []);
  });

  play("an instance is exported from its page, opened as a file, and imported to look at it", async (stage) => {
    const { browser, dashboard, world } = stage;
    await using visitor = await visit(browser);
    const { page, complaints } = visitor;
    await page.goto(dashboard.loginUrl());
    await page.goto(`${dashboard.url}/#/instances/sync-contacts-7`);
    await page.getByRole("button", { name: "Export…" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("dialog").getByRole("link", { name: "Export" }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "sync-contacts-7.perdure.json");
    const file = await download.path();
    // As another store would have it.
    await using elsewhere = await SqliteProvider.open(":memory:");
    await using other = await serveDashboard({ provider: elsewhere });
    await page.goto(other.loginUrl());
    await page.getByRole("link", { name: "Open a file" }).click();
    await page.locator("input[type=file]").setInputFiles(file);
    await page.getByRole("button", { name: "Import…" }).click();
    const dialog = page.getByRole("dialog", { name: "Import into this store" });
    await dialog.getByText("no node goes on with it").waitFor();
    await dialog.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByText("It was imported for inspection.").waitFor();
    assert.equal((await elsewhere.readInstance("sync-contacts-7"))?.status, "running");
    assert.equal((await world.client.getStatus("sync-contacts-7")).quarantine, undefined);
    assert.deepEqual(complaints, []);
  });

  play("health says what is wrong first, and checks the code that the server was given", async (stage) => {
    const { browser, world } = stage;
    await using changed = await serveDashboard({
      provider: world.provider,
      logger: world.log.logger,
      orchestrations: [orchestration("refund", { version: "1.4.0" }, async (ctx) => ctx.sleep("1d"))],
    });
    await using visitor = await visit(browser);
    const { page, complaints } = visitor;
    await page.goto(changed.loginUrl());
    await page.getByRole("heading", { name: "Instances" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("h");
    await page.getByRole("heading", { name: "Health" }).waitFor();
    const first = page.locator(".findings li").first();
    await first.getByText("Problem.").waitFor();
    await page.getByText("Activities that no live node has: index-search (queue gpu).").waitFor();
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText(/of \d+ instances would not go on with this code/).waitFor();
    await page.getByText("NONDETERMINISM").first().waitFor();
    await page.goto(stage.dashboard.loginUrl());
    await page.goto(`${stage.dashboard.url}/#/health`);
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("This server was given no orchestrations").waitFor();
    assert.deepEqual(complaints, []);
  });
}
