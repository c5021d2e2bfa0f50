import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { visit } from "./browser.ts";
import type { Play } from "./stage.ts";

export function accessibility(play: Play): void {
  for (const scheme of ["light", "dark"] as const) {
    play(`nothing keeps anybody from using a view (${scheme})`, async ({ browser, dashboard }) => {
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
  health: "#/health",
  attempts: "#/instances/sync-contacts-7",
  "a file": "#/file",
} as const;

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
