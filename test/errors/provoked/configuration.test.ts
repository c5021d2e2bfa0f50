import { activity, orchestration, type OrchestrationContext } from "../../../src/definition/index.ts";
import { StuckTestError, TestEnvironment } from "../../../src/testing/index.ts";
import { moveInstances } from "../../../src/transfer/index.ts";
import { World } from "../../support/world.ts";
import { provokes, resultOf, run } from "./provokes.ts";

provokes("INVALID_ARGUMENT", async () => activity("", () => 1));

provokes("DUPLICATE_DEFINITION", (world) => {
  const order = orchestration("order", () => 1);
  return world.start({ orchestrations: [order, orchestration("order", () => 2)] });
});

provokes("UNSERIALIZABLE_VALUE", (world) => world.client.start("order", { callback: () => 1 }));

provokes("LIMIT_EXCEEDED", (world) => resultOf(run(world, () => "x".repeat(100), { limits: { payloadBytes: 50 } })));

provokes("NOT_REGISTERED", async (world) => {
  await world.start({ missingVersionGrace: 0 });
  const handle = await world.client.start("nobody has it");
  await handle.result({ timeout: "20s" });
});

provokes("NONDETERMINISM", async (world) => {
  const before = orchestration("order", (ctx) => ctx.receive("paid"));
  const node = await world.start({ orchestrations: [before] });
  const handle = await world.client.start(before, undefined, { instanceId: "one" });
  await world.until("it waits", async () => (await world.client.getHistory("one")).length === 2);
  await node.stop();
  await world.start({ orchestrations: [orchestration("order", (ctx) => ctx.sleep("1h"))] });
  await world.client.send("one", "paid");
  await handle.result({ timeout: "20s" });
});

provokes("NONDETERMINISTIC_CALL", (world) => resultOf(run(world, () => void setTimeout(() => 1, 1))));

provokes("FOREIGN_AWAIT", (world) => resultOf(run(world, () => new Promise(() => {}))));

provokes("OUTSIDE_TURN", async (world) => {
  let leaked: OrchestrationContext | undefined;
  await run(world, (ctx) => {
    leaked = ctx;
    return ctx.receive("answers");
  });
  await world.until("it waits", async () => (await world.client.getHistory("one").catch(() => [])).length === 2);
  await leaked?.sleep(1);
});

provokes("CLOSED", async (world) => {
  await world.provider.close();
  await world.client.getStatus("one");
});

provokes("STORE_BUSY", async (world) => {
  await world.start();
  await intoAnother(world);
});

provokes("STORE_MOVED", async (world) => {
  await intoAnother(world);
  await world.client.start("order");
});

provokes("MOVE_CONFLICT", async (world) => {
  await world.client.start("order", 1, { instanceId: "one" });
  await intoAnother(world, (other) => other.client.start("order", 1, { instanceId: "one" }));
});

provokes("TEST_STUCK", async () => {
  const waits = orchestration("waits", (ctx) => ctx.receive("answers"));
  await using environment = await TestEnvironment.open({ orchestrations: [waits] });
  const handle = await environment.start(waits);
  await handle.result().catch((error: unknown) => {
    if (error instanceof StuckTestError) throw error;
  });
});

async function intoAnother(world: World, prepare?: (other: World) => Promise<unknown>): Promise<void> {
  const other = await World.open({ name: "another", options: {}, store: "sqlite" });
  try {
    await prepare?.(other);
    await moveInstances({ from: world.provider, to: other.provider });
  } finally {
    await other.close();
  }
}
