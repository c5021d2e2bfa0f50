import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { setImmediate as nextPass } from "node:timers/promises";
import { type Activity, Client, type HistoryEntry, Runtime } from "perdure";
import { SqliteProvider } from "perdure/sqlite";
import { approvals, charge, checkout, reserve, ship } from "../../examples/checkout/checkout.ts";
import { createResource, deleteResource, estimateCost } from "../../examples/cloud-provisioning/activities.ts";
import { type ResourceRef, refOf } from "../../examples/cloud-provisioning/cloud/resource.ts";
import { openCloud } from "../../examples/cloud-provisioning/cloud/server.ts";
import { readJob } from "../../examples/cloud-provisioning/job.ts";
import {
  provisionEnvironment,
  provisionNetwork,
  provisionVirtualMachine,
} from "../../examples/cloud-provisioning/orchestrations.ts";
import type { Progress } from "../../examples/cloud-provisioning/saga.ts";
import { codeBlocks } from "./markdown.ts";
import { type Telling, historyRows } from "./history-table.ts";

// The histories that these pages show are made here, by running the examples. To write them into the pages:
// PERDURE_WRITE_DOCS=1 npm run test:only -- test/docs/recorded-histories.test.ts
const page = "docs/design/worked-examples.md";
const pages = [page, "docs/design/replay.md"];
const rows = new Map<string, string[]>();

before(async () => {
  await runCheckout();
  await runProvisioning();
});

for (const shownIn of pages) {
  test(`the histories in ${shownIn} are those that the examples leave`, () => {
    const text = readFileSync(shownIn, "utf8");
    const made = text.replaceAll(marked, (_, id: string, first: string, last: string) => {
      const history = rows.get(id);
      assert.ok(history !== undefined, `there is no history of ${id}`);
      const shown = history.slice(Number(first) - 1, Number(last));
      return [`<!-- history ${id} ${first}..${last} -->`, "", ...head, ...shown, "", "<!-- end -->"].join("\n");
    });
    if (process.env["PERDURE_WRITE_DOCS"] !== undefined) writeFileSync(shownIn, made);
    else assert.equal(text, made);
  });
}

test(`${page} shows every event of every history once, in order`, () => {
  const shown = new Map<string, number>();
  for (const [, id = "", first, last] of readFileSync(page, "utf8").matchAll(marked)) {
    assert.equal(Number(first), (shown.get(id) ?? 0) + 1, `${id} ${first}`);
    shown.set(id, Number(last));
  }
  assert.deepEqual(shown, new Map([...rows].map(([id, history]) => [id, history.length])));
});

test(`the code in ${page} is that of the example`, () => {
  const code = readFileSync("examples/checkout/checkout.ts", "utf8");
  const blocks = codeBlocks(page).filter(({ language }) => language === "ts");
  assert.ok(blocks.length > 0);
  for (const block of blocks) assert.ok(code.includes(block.code.trim()), block.code);
});

async function runCheckout(): Promise<void> {
  await using provider = await SqliteProvider.open(":memory:");
  const client = new Client(provider);
  await using _runtime = await Runtime.start({
    provider,
    activities: [inOrder(charge, client, () => ["order-42", 6]), reserve, ship],
    orchestrations: [checkout],
  });
  const order = { id: "order-42", total: 1200, items: ["a lamp", "a desk"] };
  const handle = await client.start(checkout, order, { instanceId: order.id });
  await client.send(order.id, approvals, true);
  await handle.result({ timeout: "20s" });
  rows.set(order.id, historyRows(await client.getHistory(order.id), tellCheckout));
}

async function runProvisioning(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "perdure-histories-"));
  const cloud = await openCloud({ directory, faultRate: 0, slowness: 0, rateLimit: { perSecond: 1e6, burst: 1e6 } });
  process.env["CLOUD_URL"] = cloud.url;
  try {
    await using provider = await SqliteProvider.open(":memory:");
    const client = new Client(provider);
    await using _runtime = await Runtime.start({
      provider,
      activities: [
        estimateCost,
        inOrder(createResource, client, ({ spec }) => notBefore[refOf(spec)] ?? ["blog", 0]),
        deleteResource,
      ],
      orchestrations: [provisionEnvironment, provisionNetwork, provisionVirtualMachine],
    });
    const job = await readJob("requests/small.json");
    const handle = await client.start(provisionEnvironment, job.request, { instanceId: job.name });
    await handle.result({ timeout: "20s" });
    for (const id of job.instanceIds) rows.set(id, historyRows(await client.getHistory(id), tellProvisioning()));
  } finally {
    await cloud.close();
    rmSync(directory, { recursive: true });
  }
}

// What runs side by side ends in any order. Here it ends in the order in which it does when nothing is disturbed, by
// the catalog of the cloud: each of these once the history of an instance has so many events.
const notBefore: Partial<Record<ResourceRef, readonly [string, number]>> = {
  "key-vault/blog-vault": ["blog", 12],
  "subnet/blog-main": ["blog", 16],
  "secret/blog-admin": ["blog", 19],
  "disk/blog-server-disk": ["blog.blog-server", 8],
};

/** The same activity, which gives its result only once that history is so long. */
function inOrder<I, O>(
  original: Activity<I, O>,
  client: Client,
  after: (input: I) => readonly [string, number],
): Activity<I, O> {
  return {
    ...original,
    async run(ctx, input) {
      const result = await original.run(ctx, input);
      const [instanceId, events] = after(input);
      while ((await client.getHistory(instanceId)).length < events) await nextPass(undefined, { signal: ctx.signal });
      return result;
    },
  };
}

function tellCheckout(event: HistoryEntry): string | undefined {
  if (event.kind === "MessageArrived") return String(event.value);
  return undefined;
}

/** Of a custom status: what it changes. */
function tellProvisioning(): Telling {
  let before: Progress | undefined;
  return (event) => {
    if (event.kind === "ActivityScheduled" && event.name === "create-resource") {
      return refOf((event.value as { spec: Parameters<typeof refOf>[0] }).spec);
    }
    if (event.kind !== "CustomStatusSet") return undefined;
    const last = before;
    const { phase, resources } = (before = event.value as Progress);
    const changed = Object.entries(resources).filter(([ref, step]) => last?.resources[ref as ResourceRef] !== step);
    return changed.length === 0 ? phase : changed.map((change) => change.join(" ")).join(", ");
  };
}

const head = ["| event | kind | |", "|---|---|---|"];
const marked = /<!-- history (\S+) (\d+)\.\.(\d+) -->[^]*?<!-- end -->/g;
