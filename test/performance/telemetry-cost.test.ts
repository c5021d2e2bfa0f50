import assert from "node:assert/strict";
import { test } from "node:test";
import { activity, orchestration } from "../../src/definition/index.ts";
import { channels } from "../../src/observability/index.ts";
import { World } from "../support/world.ts";

const step = activity("step", (_ctx, number: number) => number);
const chain = orchestration("chain", async (ctx, steps: number) => {
  for (let number = 0; number < steps; number += 1) await ctx.activity(step, number);
});

/** How often a flag of a channel is looked at while something runs. */
async function checksDuring(work: () => Promise<unknown>): Promise<number> {
  let checks = 0;
  const flags = Object.values(channels).map(
    (told) => [told, Object.getOwnPropertyDescriptor(told, "hasListeners")] as const,
  );
  for (const [told, flag] of flags) {
    const look = () => {
      checks += 1;
      return flag?.get?.call(told) as boolean;
    };
    Object.defineProperty(told, "hasListeners", { get: look, configurable: true });
  }
  try {
    await work();
  } finally {
    for (const [told, flag] of flags) Object.defineProperty(told, "hasListeners", flag as PropertyDescriptor);
  }
  return checks;
}

test("with nobody listening, telemetry costs a step less than 2 % of its time", async (context) => {
  const world = await World.open();
  try {
    await world.start({ orchestrations: [chain], activities: [step] });
    const run = async (steps: number) => (await world.client.start(chain, steps)).result({ timeout: "60s" });
    const checks = ((await checksDuring(() => run(300))) - (await checksDuring(() => run(100)))) / 200;
    assert.ok(checks > 0 && checks <= 10, `${checks} checks a step`);

    // Of this process alone: what else goes on, and the disk, would only make the share smaller.
    const steps = 400;
    const before = process.cpuUsage();
    await run(steps);
    const { user, system } = process.cpuUsage(before);
    const stepNs = ((user + system) * 1_000) / steps;

    const looks = 2_000_000;
    let listeners = 0;
    const startedAt = process.cpuUsage();
    for (let look = 0; look < looks; look += 1) if (channels.turnBegin.hasListeners) listeners += 1;
    const spent = process.cpuUsage(startedAt);
    const lookNs = ((spent.user + spent.system) * 1_000) / looks;
    assert.equal(listeners, 0);

    const share = (checks * lookNs) / stepNs;
    context.diagnostic(
      `${checks} checks of ${lookNs.toFixed(1)} ns in ${Math.round(stepNs / 1_000)} µs: ${(share * 100).toFixed(2)} %`,
    );
    assert.ok(share < 0.02, `${(share * 100).toFixed(2)} %`);
  } finally {
    await world.close();
  }
});
