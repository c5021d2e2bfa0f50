import assert from "node:assert/strict";
import { visit } from "./browser.ts";
import { instanceLink, isTooWide, type Play, statusShown } from "./stage.ts";

/** Nothing here changes anything. */
export function looking(play: Play): void {
  play("the list is searched and filtered from the keyboard, and the address keeps the filter", async (stage) => {
    await using visitor = await visit(stage.browser);
    const { page, complaints } = visitor;
    await page.goto(stage.dashboard.loginUrl());
    await instanceLink(page, "order-4239").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("order-40");
    await page.getByText(/^100 match/).waitFor();
    await page.getByRole("button", { name: /^failed/ }).click();
    await page.waitForURL(/status=failed/);
    const others = page.locator(".instances .status").filter({ hasNotText: "failed" });
    await others.first().waitFor({ state: "detached" });
    await page.reload();
    assert.equal(await page.getByRole("searchbox", { name: "Instance id" }).inputValue(), "order-40");
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText(/in all, newest first$/).waitFor();
    assert.deepEqual(complaints, []);
  });

  play("the list fetches further pages as somebody scrolls, and keeps few rows in the page", async (stage) => {
    await using visitor = await visit(stage.browser);
    const { page } = visitor;
    await page.goto(stage.dashboard.loginUrl());
    const table = page.getByRole("region", { name: "Table of instances" });
    await instanceLink(page, "order-4239").waitFor();
    while ((await instanceLink(page, "monitor-warehouse-4").count()) === 0) {
      await table.evaluate((box) => box.scrollTo(0, box.scrollHeight));
    }
    assert.ok((await table.getByRole("row").count()) < 70);
  });

  play("a failure is shown with its causes, and the history with what every event says", async (stage) => {
    await using visitor = await visit(stage.browser);
    const { page, complaints } = visitor;
    const { instances } = await stage.world.client.list({ status: "failed", limit: 1 });
    await page.goto(stage.dashboard.loginUrl());
    await page.goto(`${stage.dashboard.url}/#/instances/${instances[0]?.instanceId}`);
    await page.getByText("connect ECONNREFUSED 10.2.0.14:443", { exact: true }).waitFor();
    await page.getByText("socket hang up", { exact: true }).waitFor();
    await page.getByRole("link", { name: "History" }).click();
    await page.getByRole("region", { name: /^Table of events/ }).focus();
    await page.keyboard.press("End");
    await page.getByRole("heading", { name: /Orchestration failed$/ }).waitFor();
    await page.keyboard.press("ArrowUp");
    await page.getByText("scheduledId").waitFor();
    assert.deepEqual(complaints, []);
  });

  play("an activity that is tried again shows its attempts side by side, and what differs", async (stage) => {
    await using visitor = await visit(stage.browser);
    const { page, complaints } = visitor;
    await page.goto(stage.dashboard.loginUrl());
    await page.goto(`${stage.dashboard.url}/#/instances/sync-contacts-7`);
    const attempts = page.getByRole("region", { name: "Attempts of push-contact" });
    await page.getByText("attempt 4", { exact: true }).waitFor();
    assert.deepEqual(await attempts.getByRole("columnheader").allInnerTexts(), ["Attempt 1", "Attempt 2", "Attempt 3"]);
    const marked = async (row: string) =>
      await attempts.getByRole("row", { name: row }).locator("mark").allInnerTexts();
    assert.deepEqual(await marked("Message"), ["2", "429 Too Many Requests", "3"]);
    assert.deepEqual(await marked("Code"), ["RATE_LIMITED"]);
    await attempts.getByRole("row", { name: /^Error/ }).waitFor();
    await page.getByLabel("Only what differs").check();
    await attempts.getByRole("row", { name: /^Error/ }).waitFor({ state: "detached" });
    await page.getByText(/waits for attempt 4, after Error: 429 Too Many Requests/).waitFor();
    assert.deepEqual(complaints, []);
  });

  play("an activity that worked in the end says how often it did not, in the history too", async (stage) => {
    await using visitor = await visit(stage.browser);
    const { page, complaints } = visitor;
    const { world, dashboard } = stage;
    const retried = await world.until("one worked at its second attempt", async () => {
      for (const { instanceId } of (await world.client.list({ name: "checkout", status: "completed" })).instances) {
        const history = await world.client.getHistory(instanceId);
        const event = history.find((one) => one.kind === "ActivityCompleted" && one.earlier !== undefined);
        if (event !== undefined) return { instanceId, eventId: event.eventId };
      }
      return null;
    });
    await page.goto(dashboard.loginUrl());
    await page.goto(`${dashboard.url}/#/instances/${retried.instanceId}`);
    await page.getByText("worked at attempt 2").waitFor();
    await page.getByText("502 Bad Gateway").first().waitFor();
    await page.goto(`${dashboard.url}/#/instances/${retried.instanceId}/history?event=${retried.eventId}`);
    await page
      .getByRole("region", { name: "Attempts of this activity before" })
      .getByText("502 Bad Gateway", { exact: true })
      .waitFor();
    assert.deepEqual(complaints, []);
  });

  play("replay shows custom status, state and open operations as they were at an event", async (stage) => {
    await using visitor = await visit(stage.browser);
    const { page, complaints } = visitor;
    await page.goto(stage.dashboard.loginUrl());
    await page.goto(`${stage.dashboard.url}/#/instances/order-4010/replay?event=4`);
    const customStatus = page.getByRole("region", { name: "Custom status", exact: true }).first();
    await customStatus.getByText('"paying"').waitFor();
    const open = page.getByRole("region", { name: "Open at this moment" });
    await open.getByText("reserve-stock").waitFor();
    await page.getByText("It keeps none.").waitFor();
    await page.getByRole("slider", { name: "Event" }).focus();
    await page.keyboard.press("End");
    await customStatus.getByText('"shipping"').waitFor();
    await open.getByText("Nothing: it was running, or over.").waitFor();
    assert.equal(await page.getByText("It keeps none.").count(), 0);
    assert.deepEqual(complaints, []);
  });

  play("the timeline is zoomed and moved from the keyboard", async (stage) => {
    await using visitor = await visit(stage.browser);
    const { page, complaints } = visitor;
    await page.goto(stage.dashboard.loginUrl());
    await page.goto(`${stage.dashboard.url}/#/instances/order-4010`);
    const shown = async () => parseFloat(await page.getByText(/ shown$/).innerText());
    await page.getByRole("group", { name: /^Timeline/ }).focus();
    const whole = await shown();
    await page.keyboard.press("+");
    await page.getByRole("button", { name: "Zoom out" }).and(page.locator(":enabled")).waitFor();
    assert.ok(Math.abs((await shown()) - whole / 2) < 0.02);
    const tick = page.locator(".ticks span").first();
    const label = await tick.innerText();
    const left = () =>
      page.locator(".ticks span", { hasText: label }).evaluate((span) => span.getBoundingClientRect().left);
    const before = await left();
    await page.keyboard.press("ArrowLeft");
    assert.ok((await left()) > before, "what was earlier comes into sight");
    await page.keyboard.press("0");
    await page.getByRole("button", { name: "Zoom out" }).and(page.locator(":disabled")).waitFor();
    assert.equal(await shown(), whole);
    assert.deepEqual(complaints, []);
  });

  play("earlier executions of an instance that continues as new can be looked at", async (stage) => {
    await using visitor = await visit(stage.browser);
    const { page } = visitor;
    await page.goto(stage.dashboard.loginUrl());
    await page.goto(`${stage.dashboard.url}/#/instances/monitor-warehouse-4/replay`);
    await page.getByRole("combobox", { name: "Execution" }).selectOption("2");
    await statusShown(page, "continued as new").waitFor();
  });

  play("the theme that was chosen stays, and no view is wider than a phone", async ({ browser, dashboard }) => {
    await using visitor = await visit(browser, { width: 390, height: 844 });
    const { page } = visitor;
    await page.goto(dashboard.loginUrl());
    await page.getByRole("button", { name: /^Theme: auto/ }).click();
    await page.getByRole("button", { name: /^Theme: light/ }).click();
    await page.reload();
    await page.getByRole("button", { name: /^Theme: dark/ }).waitFor();
    for (const place of ["instances", "quarantine", "queues", "nodes", "traffic", "instances/env-staging/family"]) {
      await page.goto(`${dashboard.url}/#/${place}`);
      await page.locator("main h1").waitFor();
      assert.ok(!(await isTooWide(page)), place);
    }
  });
}
