import { SeededRandom } from "../../src/values/index.ts";
import { untilQuarantined, untilStatus } from "../support/instances.ts";
import { World } from "../support/world.ts";
import { demoDefinitions } from "./demo-orchestrations.ts";

const hourMs = 3_600_000;
const customers = ["ada", "grace", "edsger", "barbara", "mallory", "alan", "donald", "margaret"];

/** A store with an hour of work in it: several hundred instances, with everything that can go wrong among them. */
export async function demoWorld({ orders = 240, rows = 160 } = {}): Promise<World> {
  let lagMs = hourMs;
  const pass = (ms: number) => {
    lagMs = Math.max(0, lagMs - ms);
  };
  const clock = Object.assign(() => Date.now() - lagMs, { leaseTime: Date.now });
  const world = await World.open(undefined, { clock });
  const { client, provider } = world;
  const demo = demoDefinitions(pass);
  const { orchestrations, activities } = demo;
  await world.start({ orchestrations, activities, queues: { default: { concurrency: 4 } }, dehydrateAfter: "500ms" });

  await client.start(demo.monitor, 1, { instanceId: "monitor-warehouse-4" });
  await client.start(demo.report, rows, { instanceId: "nightly-report-2026-11-28" });
  await untilStatus(world, "nightly-report-2026-11-28", "completed");
  await client.start(demo.environment, ["eu-north", "eu-west", "us-east"], { instanceId: "env-staging" });

  const source = new SeededRandom("demo");
  const random = () => source.next();
  for (let n = 0; n < orders; n += 8) {
    const batch = Array.from({ length: 8 }, (_, offset) => {
      const customer = customers[Math.floor(random() ** 1.3 * customers.length)] as string;
      const total = 20 + Math.floor(random() * 900);
      const items = Array.from({ length: 1 + (offset % 3) }, (_item, place) => ({
        sku: `SKU-${total}-${place}`,
        quantity: 1 + place,
      }));
      return {
        orchestration: demo.checkout,
        instanceId: `order-${4_000 + n + offset}`,
        input: { customer, total, items },
      };
    });
    const handles = await client.startMany(batch);
    await Promise.allSettled(handles.map((handle) => handle.result({ timeout: "20s" })));
    pass(((hourMs * 0.94) / (orders / 8)) * (0.4 + random()));
  }

  const order = { customer: "grace", total: 129, items: [{ sku: "SKU-129", quantity: 1 }] };
  for (const n of [17, 18, 21]) await client.start(demo.refund, order, { instanceId: `refund-${4_000 + n}` });
  await client.start(demo.reindex, "shard-7", { instanceId: "reindex-shard-7" });
  await client.start(demo.reindex, "shard-8", { instanceId: "reindex-shard-8" });
  await client.start("invoice", { month: "2026-11" }, { instanceId: "invoice-2026-11" });
  await client.start("sync-contacts", null, { instanceId: "sync-contacts-7" });
  await client.cancel("reindex-shard-8", "shard 8 was retired");
  await untilStatus(world, "reindex-shard-8", "cancelled");
  await client.terminate("refund-4018", "opened twice");
  await provider.enqueue([
    { instanceId: "refund-4017", lane: "normal", body: '{"kind":"MessageArrived"}', payload: "1" },
  ]);
  await untilQuarantined(world, "refund-4017");
  lagMs = 0;
  return world;
}
