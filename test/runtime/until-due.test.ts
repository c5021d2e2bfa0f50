import assert from "node:assert/strict";
import { test } from "node:test";
import { activity, orchestration } from "../../src/definition/index.ts";
import { overriding } from "../support/overriding.ts";
import { World } from "../support/world.ts";

const nothing = activity("nothing", () => undefined);
const never = orchestration("never", async (ctx) => ctx.receive("never"));

test("a store that says that something is due, and does not hand it out, is not asked all the time", async () => {
  const world = await World.open();
  try {
    const { provider } = world;
    const asked = { timers: 0, work: 0, instances: 0 };
    // As after its clock was set back: what is known of it here does not go back.
    const storeNow = provider.now();
    const nextAt = storeNow - 5_000;
    const setBack = overriding(provider, {
      fireTimers: async () => {
        asked.timers += 1;
        return { storeNow, fired: 0, nextDueAt: nextAt };
      },
      fetchWork: async () => {
        asked.work += 1;
        return { storeNow, items: [], nextVisibleAt: nextAt, suspectsWait: false };
      },
      fetchInstances: async () => {
        asked.instances += 1;
        return { storeNow, instances: [], busyHasMail: false, nextAvailableAt: nextAt };
      },
    });
    await world.start({ provider: setBack, orchestrations: [never], activities: [nothing] });
    const before = { ...asked };
    const since = performance.now();
    for (const what of ["timers", "work", "instances"] as const) {
      await world.until(`${what} were asked for again`, () => asked[what] >= before[what] + 4);
      const ms = performance.now() - since;
      assert.ok(asked[what] - before[what] <= ms / 20 + 2, `${asked[what] - before[what]} times in ${ms} ms`);
    }
  } finally {
    await world.close();
  }
});
