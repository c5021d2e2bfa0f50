import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type Dashboard, serveDashboard } from "../../src/http/index.ts";
import type { World } from "../support/world.ts";
import { openBrowser, visit } from "./browser.ts";
import { demoWorld } from "./demo-world.ts";

let browser: Browser;
let world: World;
let dashboard: Dashboard;

before(async () => {
  [browser, world] = await Promise.all([openBrowser(), demoWorld()]);
  const { provider, log } = world;
  dashboard = await serveDashboard({ provider, logger: log.logger });
});

after(async () => {
  await browser.close();
  await dashboard.close();
  await world.close();
});

const row = (page: Page, id: string) => page.getByRole("link", { name: id, exact: true });

test("an operator finds the instance in quarantine, sees why, and releases it", async () => {
  await using visitor = await visit(browser);
  const { page, complaints } = visitor;
  await page.goto(dashboard.loginUrl());
  await page.getByRole("button", { name: /^quarantined/ }).click();
  await row(page, "refund-4017").click();
  await page.getByText("A message cannot be read").waitFor();
  await page.getByRole("button", { name: "Send…" }).waitFor();
  assert.deepEqual(complaints, []);
});
