// Draws the pictures in docs/images anew: npm run screenshots. The tests leave them as they are.
// npm run screenshots -- --all FOLDER draws every view there, for desktop and phone, in light and dark.
import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { serveDashboard } from "../src/http/index.ts";
import { openBrowser, visit } from "../test/dashboard/browser.ts";
import { demoWorld } from "../test/dashboard/demo-world.ts";

const { values } = parseArgs({ options: { all: { type: "string" } } });
const folder = values.all ?? "docs/images";
mkdirSync(folder, { recursive: true });
const [browser, world] = await Promise.all([openBrowser(), demoWorld()]);
const dashboard = await serveDashboard({ provider: world.provider, logger: world.log.logger });
const { instances } = await world.client.list({ status: "failed", limit: 1 });

const views: readonly (readonly [name: string, hash: string, scheme: "light" | "dark"])[] = [
  ["instances", "instances", "light"],
  ["instance", "instances/refund-4021", "light"],
  ["stuck", "instances/reindex-shard-7", "dark"],
  ["retried", "instances/sync-contacts-7", "light"],
  ["failed", `instances/${instances[0]?.instanceId}`, "light"],
  ["history", "instances/nightly-report-2026-11-28/history?event=14", "light"],
  ["replay", "instances/order-4010/replay?event=7", "dark"],
  ["family", "instances/env-staging/family", "light"],
  ["executions", "instances/monitor-warehouse-4", "light"],
  ["quarantine", "quarantine", "light"],
  ["queues", "queues", "light"],
  ["nodes", "nodes", "dark"],
  ["traffic", "traffic", "dark"],
  ["health", "health", "light"],
];

const desktop = { width: 1200, height: 760 };
const phone = { width: 390, height: 780 };
if (values.all === undefined) {
  for (const [name, hash, scheme] of views) await draw(name, hash, { scheme, ...desktop });
  await draw("phone", "instances", { scheme: "light", ...phone });
  await draw("phone-instance", "instances/refund-4021", { scheme: "dark", ...phone });
  await draw("phone-retried", "instances/sync-contacts-7", { scheme: "dark", ...phone }, "Attempts");
} else {
  for (const [name, hash] of views) {
    for (const scheme of ["light", "dark"] as const) {
      await draw(`${name}-desktop-${scheme}`, hash, { scheme, ...desktop });
      await draw(`${name}-phone-${scheme}`, hash, { scheme, ...phone });
    }
  }
}

await browser.close();
await dashboard.close();
await world.close();

async function draw(
  name: string,
  hash: string,
  options: Parameters<typeof visit>[1],
  /** The panel that is to be seen. Default: the top of the page. */
  panel?: string,
): Promise<void> {
  await using visitor = await visit(browser, options);
  const { page } = visitor;
  await page.goto(dashboard.loginUrl());
  await page.locator("main h1").waitFor();
  await page.goto(`${dashboard.url}/#/${hash}`);
  await page.locator("main .panel").first().waitFor();
  await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
  await page.getByText("Live", { exact: true }).waitFor();
  if (panel !== undefined) {
    await page.getByRole("region", { name: panel, exact: true }).evaluate((element) => element.scrollIntoView());
  }
  await page.screenshot({ path: `${folder}/${name}.png` });
}
