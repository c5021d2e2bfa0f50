// Run by test/end-to-end/uncaught.test.ts in a process of its own: what would end a process, and what must not.
import { setImmediate as nextPass } from "node:timers/promises";
import { activity, orchestration } from "../../../src/definition/index.ts";
import { Client } from "../../../src/client/index.ts";
import { SqliteProvider } from "../../../src/providers/sqlite/index.ts";
import { Runtime } from "../../../src/runtime/index.ts";

const failing = activity("failing", async () => {
  throw new RangeError("the activity broke");
});

const noop = activity("noop", () => null);

const unawaited = activity("unawaited", async () => {
  void Promise.reject(new Error("left in an activity"));
  await nextPass();
});

const orchestrations = {
  /** The activity has failed long before anybody waits for it. */
  sleeping: orchestration("sleeping", async (ctx) => {
    const doomed = ctx.activity(failing);
    const fine = ctx.activity(noop);
    await ctx.sleep("100ms");
    return await Promise.all([doomed, fine]).catch((error: Error) => `caught ${error.message}`);
  }),
  floating: orchestration("floating", async (ctx) => {
    void ctx.activity(failing);
    void Promise.reject(new Error("nobody waits for this"));
    void (async () => {
      await ctx.activity(noop);
      throw new Error("nor for this");
    })();
    await ctx.sleep("100ms");
    return "done";
  }),
  microtask: orchestration("microtask", async (ctx) => {
    await ctx.activity(noop);
    queueMicrotask(() => {
      throw new RangeError("thrown in a microtask");
    });
    await ctx.sleep("1h");
  }),
  listener: orchestration("listener", async (ctx) => {
    const controller = new AbortController();
    controller.signal.addEventListener("abort", () => {
      throw new RangeError("thrown in a listener");
    });
    await ctx.activity(noop);
    controller.abort();
    await ctx.sleep("1h");
  }),
  activity: orchestration("activity", (ctx) => ctx.activity(unawaited)),
};

const emit = process.emit.bind(process);
const own = Object.hasOwn(process, "emit");
const [scenarios = "", ...flags] = process.argv.slice(2);
if (flags.includes("--listen")) {
  process.on("unhandledRejection", (reason) => console.log(`heard: ${(reason as Error).message}`));
  process.on("uncaughtException", (error) => console.log(`heard: ${error.message}`));
}
process.on("warning", (warning) => console.log(`warning: ${warning.message}`));

const provider = await SqliteProvider.open(":memory:");
const options = {
  provider,
  orchestrations: Object.values(orchestrations),
  activities: [failing, noop, unawaited],
  dehydrateAfter: flags.includes("--dehydrate") ? 0 : "10s",
} as const;
const runtime = await Runtime.start(options);
const client = new Client(provider);

for (const scenario of scenarios.split(",")) {
  if (!(scenario in orchestrations)) continue;
  const handle = await client.start(scenario);
  const result = await handle.result({ timeout: "10s" }).catch((error: Error) => `failed: ${error.message}`);
  console.log(`${scenario}: ${String(result)}`);
}
if (scenarios.includes("outside-rejection")) void Promise.reject(new Error("left outside"));
if (scenarios.includes("outside-exception")) {
  setImmediate(() => {
    throw new Error("thrown outside");
  });
}
await nextPass();
await nextPass();
await runtime.stop();
await provider.close();
console.log(`restored: ${Object.hasOwn(process, "emit") === own && emit.name.includes(process.emit.name)}`);
if (scenarios.includes("later-rejection")) void Promise.reject(new Error("left after the end"));
await nextPass();
await nextPass();
console.log("end");
