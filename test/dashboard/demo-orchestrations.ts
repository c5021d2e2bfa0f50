import { activity, event, mailbox, orchestration } from "../../src/definition/index.ts";
import { NonRetryableError } from "../../src/errors/index.ts";

interface Order {
  readonly customer: string;
  readonly total: number;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

const approvals = mailbox<{ readonly isGranted: boolean }>("approvals");
const shipped = event<string>("shipped");

/** Called whenever an activity has worked: moves the clock of the store, so that a day of work takes a moment. */
export type Pass = (ms: number) => void;

/** A shop and its platform, as an operator finds them: most of it goes well. */
export function demoDefinitions(pass: Pass) {
  const reserve = activity("reserve-stock", async (_ctx, order: Order) => {
    pass(40 + order.total / 4);
    return order.items.map(({ sku }) => ({ sku, shelf: `A-${sku.length}` }));
  });
  const charge = activity(
    "charge-card",
    { retry: { maxAttempts: 3, initialInterval: "1ms" } },
    async (ctx, order: Order) => {
      pass(180 + order.total / 2);
      if (order.customer === "mallory") {
        const cause = new Error("connect ECONNREFUSED 10.2.0.14:443", { cause: new Error("socket hang up") });
        throw Object.assign(new NonRetryableError("The card was declined by the bank.", { cause }), {
          declineCode: "do_not_honor",
        });
      }
      if (order.total % 7 === 0 && ctx.attempt === 1) throw new Error("502 Bad Gateway");
      return { receipt: `rc_${order.total}`, captured: order.total };
    },
  );
  const ship = activity("book-parcel", async (_ctx, order: Order) => {
    pass(90);
    return { carrier: "Northline", parcels: order.items.length };
  });
  const checkout = orchestration("checkout", { version: "2.3.0" }, async (ctx, order: Order) => {
    ctx.setCustomStatus({ phase: "paying", total: order.total });
    const [receipt] = await Promise.all([ctx.activity(charge, order), ctx.activity(reserve, order)]);
    ctx.state.set("receipt", receipt);
    ctx.setCustomStatus({ phase: "shipping", total: order.total });
    return { receipt, parcel: await ctx.activity(ship, order) };
  });

  const refund = orchestration("refund", { version: "1.4.0" }, async (ctx, order: Order) => {
    ctx.setCustomStatus("waiting for a person");
    const { isGranted } = await ctx.receive(approvals, { timeout: "2d" });
    if (!isGranted) return "declined";
    await ctx.activity(charge, { ...order, total: -order.total });
    return "refunded";
  });

  const create = activity("create-resource", async (ctx, name: string) => {
    pass(300 + name.length * 20);
    ctx.heartbeat({ name, percent: 40 });
    return { name, address: `10.0.0.${name.length}` };
  });
  const resource = orchestration("provision-resource", { version: "1.1.0" }, async (ctx, name: string) => {
    await ctx.activity(create, name);
    await ctx.waitForEvent(shipped);
    return name;
  });
  const region = orchestration("provision-region", { version: "1.1.0" }, async (ctx, name: string) => {
    const parts = ["network", "database", "cache", "gateway"];
    return await Promise.all(
      parts.map((part) =>
        ctx.subOrchestration(resource, `${name}/${part}`, { instanceId: `${ctx.instanceId}/${part}` }),
      ),
    );
  });
  const environment = orchestration(
    "provision-environment",
    { version: "1.1.0" },
    async (ctx, regions: readonly string[]) => {
      ctx.setCustomStatus({ phase: "provisioning", regions });
      await Promise.all(
        regions.map((name) => ctx.subOrchestration(region, name, { instanceId: `${ctx.instanceId}/${name}` })),
      );
      return "ready";
    },
  );

  const measure = activity("measure-stock", async (_ctx, round: number) => {
    pass(60);
    return 1_000 - round * 13;
  });
  const monitor = orchestration("stock-monitor", { version: "1.0.0" }, async (ctx, round: number) => {
    ctx.state.set("last", await ctx.activity(measure, round));
    ctx.state.set("round", round);
    ctx.setCustomStatus(`round ${round}`);
    if (round < 6) return await ctx.continueAsNew(round + 1);
    await ctx.sleep("6h");
    return "over";
  });

  const row = activity("copy-row", async (_ctx, n: number) => {
    pass(7);
    return { n, checksum: (n * 2_654_435_761) % 4_294_967_296 };
  });
  const report = orchestration("nightly-report", { version: "3.0.1" }, async (ctx, rows: number) => {
    for (let n = 0; n < rows; n += 1) {
      await ctx.activity(row, n);
      if (n % 25 === 0) ctx.setCustomStatus({ done: n, of: rows });
    }
    return { rows };
  });

  const index = activity("index-search", { queue: "gpu", scheduleToStart: "30d" }, async () => null);
  const reindex = orchestration("reindex", { version: "1.0.0" }, async (ctx, shard: string) =>
    ctx.activity(index, shard),
  );

  const push = activity(
    "push-contact",
    { retry: { maxAttempts: 8, initialInterval: "1h", maxInterval: "1h" } },
    async (ctx) => {
      const cause = new Error(`quota of 5,000 calls a day is used up: ${4_998 + ctx.attempt} of 5,000`);
      const error =
        ctx.attempt < 3
          ? Object.assign(new Error(`503 Service Unavailable, request 7f3a-${ctx.attempt}`), { code: "UNAVAILABLE" })
          : Object.assign(new Error("429 Too Many Requests, request 7f3a-3", { cause }), { code: "RATE_LIMITED" });
      throw Object.assign(error, { retryAfter: ctx.attempt < 3 ? 1 : 3_600_000 });
    },
  );
  const sync = orchestration("sync-contacts", { version: "1.2.0" }, async (ctx) => ctx.activity(push));

  // Shows whatever it is given everywhere that something can be shown.
  const mirror = orchestration("mirror", { version: "1.0.0" }, async (ctx, input: { readonly message: string }) => {
    ctx.setCustomStatus(input);
    ctx.state.set(input.message.slice(0, 200), input);
    await ctx.sleep("1ms");
    throw Object.assign(new Error(input.message), { code: input.message });
  });

  return {
    orchestrations: [sync, mirror, checkout, refund, resource, region, environment, monitor, report, reindex],
    activities: [push, reserve, charge, ship, create, measure, row],
    checkout,
    refund,
    environment,
    monitor,
    report,
    reindex,
  };
}
