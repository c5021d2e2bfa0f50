import assert from "node:assert/strict";
import { untilStatus } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { visit } from "./browser.ts";
import { instanceLink, type Play, statusShown } from "./stage.ts";

export function actions(play: Play): void {
  play("an operator finds the instance that is stuck, sees why, and releases it", async (stage) => {
    const { browser, dashboard, world } = stage;
    await using visitor = await visit(browser);
    const { page, complaints } = visitor;
    await page.goto(dashboard.loginUrl());
    await page.getByRole("button", { name: /^quarantined/ }).click();
    await instanceLink(page, "refund-4017").click();
    await page.getByText("A message cannot be read").waitFor();
    await page.getByText("Stuck.").waitFor();
    rawSql(world, "DELETE FROM perdure_messages WHERE body = ?", '{"kind":"MessageArrived"}');
    await page.getByRole("button", { name: "Release…" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Release this instance?" });
    await dialog.getByText("taken out of quarantine").waitFor();
    await dialog.getByRole("button", { name: "Release", exact: true }).click();
    await statusShown(page, "running").waitFor();
    await page.getByText('Mailbox "approvals" is empty.').waitFor();
    assert.deepEqual(complaints, []);
  });

  play("an approval that is missing is sent from the line that says so, and the page follows", async (stage) => {
    await using visitor = await visit(stage.browser);
    const { page, complaints } = visitor;
    await page.goto(stage.dashboard.loginUrl());
    await page.goto(`${stage.dashboard.url}/#/instances/refund-4021`);
    await page.getByRole("button", { name: "Send a message…" }).click();
    const dialog = page.getByRole("dialog", { name: "Send a message" });
    assert.equal(await dialog.getByLabel("Mailbox").inputValue(), "approvals");
    await dialog.getByLabel("Data").fill("{ isGranted: true }");
    await dialog.getByText("This is not JSON yet").waitFor();
    await dialog.getByLabel("Data").fill('{ "isGranted": false }');
    await dialog.getByRole("button", { name: "Send", exact: true }).click();
    await statusShown(page, "completed").waitFor();
    await page.getByText('"declined"').waitFor();
    assert.deepEqual(complaints, []);
  });

  play("an instance is started, and followed while it runs", async ({ browser, dashboard, world }) => {
    await using visitor = await visit(browser);
    const { page, complaints } = visitor;
    await page.goto(dashboard.loginUrl());
    await page.getByRole("button", { name: "Start…" }).click();
    const dialog = page.getByRole("dialog", { name: "Start an instance" });
    await dialog.getByLabel("Orchestration").fill("refund");
    await dialog.getByLabel("Input").fill('{ "customer": "ada", "total": 50, "items": [] }');
    await dialog.getByLabel("Instance id").fill("refund/started here");
    await dialog.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("heading", { name: "refund/started here" }).waitFor();
    await page.getByRole("link", { name: "History" }).click();
    await page.getByRole("button", { name: "Receive opened" }).waitFor();
    await world.client.send("refund/started here", "approvals", { isGranted: true });
    await page.getByRole("button", { name: "Orchestration completed" }).waitFor();
    await statusShown(page, "completed").waitFor();
    assert.deepEqual(complaints, []);
  });

  play("a family is cancelled, and its graph says so", async ({ browser, dashboard, world }) => {
    await using visitor = await visit(browser);
    const { page, complaints } = visitor;
    await page.goto(dashboard.loginUrl());
    await page.goto(`${dashboard.url}/#/instances/env-staging/family`);
    await page.getByText("16 members").waitFor();
    await page.getByRole("button", { name: "Cancel…" }).click();
    await page.getByLabel("Reason").fill("the customer left");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel", exact: true }).click();
    await untilStatus(world, "env-staging", "cancelled");
    await page.locator(".family .tone-cancelled").nth(15).waitFor();
    assert.deepEqual(complaints, []);
  });

  play("many are ended at once, after it was said how many, and the number written", async (stage) => {
    const { browser, dashboard, world } = stage;
    const ids = ["bulk-1", "bulk-2", "bulk-3"];
    const input = { customer: "ada", total: 5, items: [] };
    await world.client.startMany(ids.map((instanceId) => ({ orchestration: "refund", instanceId, input })));
    await using visitor = await visit(browser);
    const { page, complaints } = visitor;
    await page.goto(dashboard.loginUrl());
    await page.goto(`${dashboard.url}/#/instances?idContains=bulk-`);
    await page.getByText(/^3 match/).waitFor();
    await page.getByRole("button", { name: "Act on all that match…" }).click();
    const dialog = page.getByRole("dialog", { name: "Act on all that match" });
    await dialog.getByText("bulk-2").waitFor();
    await dialog.getByRole("radio", { name: "Terminate" }).check();
    const submit = dialog.getByRole("button", { name: "Terminate 3 instances" });
    assert.ok(await submit.isDisabled());
    await dialog.getByLabel("Write 3 to confirm").fill("3");
    await submit.click();
    await page.getByText("Terminated 3 instances.").waitFor();
    for (const id of ids) await untilStatus(world, id, "terminated");
    assert.equal((await world.client.getStatus("order-4010")).status, "completed");
    assert.deepEqual(complaints, []);
  });
}
