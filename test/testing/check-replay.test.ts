import assert from "node:assert/strict";
import { activity, mailbox, orchestration } from "../../src/definition/index.ts";
import { InvalidArgumentError } from "../../src/errors/index.ts";
import type { Provider } from "../../src/providers/contract.ts";
import { checkReplay } from "../../src/testing/index.ts";
import { inEveryMode, type World } from "../support/world.ts";

const box = mailbox("box");
const charge = activity("charge", () => 1);
const ship = activity("ship", () => 2);

const before = orchestration("order", async (ctx) => {
  await ctx.activity(charge);
  return ctx.receive(box);
});
const compatible = orchestration("order", async (ctx) => {
  await ctx.activity(charge);
  await ctx.receive(box);
  return ctx.activity(ship);
});
const changed = orchestration("order", async (ctx) => {
  await ctx.activity(ship);
  return ctx.receive(box);
});
const other = orchestration("other", { version: "2.0.0" }, async (ctx) => ctx.receive(box));

/** Two orders and another, all of them waiting, and one that has ended. */
async function running(world: World): Promise<void> {
  const ended = orchestration("ended", async () => 1);
  await world.start({ orchestrations: [before, other, ended], activities: [charge] });
  for (const id of ["a", "b"]) await world.client.start(before, undefined, { instanceId: id });
  await world.client.start(other, undefined, { instanceId: "c" });
  await (await world.client.start(ended)).result({ timeout: "10s" });
  await world.until("all wait", async () => {
    const histories = await Promise.all(["a", "b", "c"].map((id) => world.client.getHistory(id)));
    return histories.every((history) => history.at(-1)?.kind === "ReceiveOpened");
  });
}

inEveryMode(
  "running instances are replayed against code that is not deployed yet, and nothing is written",
  async (world) => {
    await running(world);
    // Whatever else it calls does not exist.
    const provider: Pick<Provider, "listInstances" | "readHistory"> = {
      listInstances: (request) => world.provider.listInstances(request),
      readHistory: (...of) => world.provider.readHistory(...of),
    };
    const well = await checkReplay({ provider, orchestrations: [compatible, other] });
    assert.deepEqual([well.ok, well.checked, well.counts.agrees], [true, 3, 3], String(well));
    assert.match(String(well), /All is well: 3 instances/);

    const ill = await checkReplay({ provider, orchestrations: [changed] });
    assert.deepEqual(ill.counts, { agrees: 0, diverges: 2, notRegistered: 1, unreadable: 0 });
    const diverging = ill.failures.find(({ instanceId }) => instanceId === "a");
    assert.equal(diverging?.error?.code, "NONDETERMINISM");
    assert.match(String(ill), /3 of 3 instances would not go on/);
    assert.match(String(ill), /activity "charge"[\s\S]*activity "ship"/);
    assert.match(String(ill), /^ +event 2$/m);
    assert.match(String(ill), /check-replay\.test\.ts:\d+/, "the line of the code");
    assert.match(String(ill), /"c" runs other@2\.0\.0/);
    assert.match(String(ill), /"[ab]", "[ab]": The code of "[ab]" does not/, "what two have in common is said once");
    assert.equal(String(ill).split("expected (history)").length, 2);

    const some = await checkReplay({ provider, orchestrations: [changed, other], name: "other" });
    assert.deepEqual([some.ok, some.checked], [true, 1]);
  },
);

inEveryMode("what is damaged is said to be, and does not stop the check", async (world) => {
  await running(world);
  world.store.sql("UPDATE perdure_history SET body = 'x' WHERE event_id = 2 AND payload IS NOT NULL");
  const report = await checkReplay({ provider: world.provider, orchestrations: [before, other] });
  assert.deepEqual(report.counts, { agrees: 1, diverges: 0, notRegistered: 0, unreadable: 2 });
  assert.throws(() => checkReplay({ provider: world.provider } as never), InvalidArgumentError);
});
