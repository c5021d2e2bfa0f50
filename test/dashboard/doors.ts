import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Management } from "../../src/management/index.ts";
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
    assert.deepEqual(await actions.allTextContents(), []);
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
}
