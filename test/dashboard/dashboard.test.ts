import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import axe from "axe-core";
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

/** What axe finds that keeps somebody from using the page. */
async function barriers(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  // A page with a policy takes no script that is written into it; the browser's own debugger may.
  const client = await page.context().newCDPSession(page);
  await client.send("Runtime.evaluate", { expression: axe.source });
  const options = { resultTypes: ["violations"], ...(rules !== undefined && { runOnly: rules }) };
  const expression = `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => JSON.stringify(
    violations.flatMap(({ id, impact, nodes }) => nodes.map(({ target }) => \`\${impact} \${id}: \${target}\`))))`;
  const { result } = await client.send("Runtime.evaluate", { expression, awaitPromise: true });
  return (JSON.parse(String(result.value)) as string[]).filter((text) => /^(serious|critical)/.test(text));
}

const views = {
  instances: "#/instances",
  "an instance": "#/instances/refund-4021",
  history: "#/instances/order-4010/history",
  replay: "#/instances/order-4010/replay?event=4",
  family: "#/instances/env-staging/family",
  quarantine: "#/quarantine",
  queues: "#/queues",
  nodes: "#/nodes",
  traffic: "#/traffic",
  "a file": "#/file",
} as const;

for (const scheme of ["light", "dark"] as const) {
  test(`nothing keeps anybody from using a view (${scheme})`, async () => {
    await using visitor = await visit(browser, { scheme });
    const { page, complaints } = visitor;
    await page.goto(`${dashboard.url}/`);
    await page.getByLabel("Token").waitFor();
    // What differs in the dark is the colours.
    const rules = scheme === "dark" ? ["color-contrast", "link-in-text-block"] : undefined;
    const found = [await barriers(page, rules)];
    await page.goto(dashboard.loginUrl());
    for (const [name, hash] of Object.entries(views)) {
      await page.goto(`${dashboard.url}/${hash}`);
      await page.locator("main h1, main h2").first().waitFor();
      await page.locator("[aria-busy=true]").waitFor({ state: "detached" });
      found.push((await barriers(page, rules)).map((barrier) => `${name}: ${barrier}`));
    }
    assert.deepEqual(found.flat(), []);
    assert.deepEqual(complaints, []);
  });
}
