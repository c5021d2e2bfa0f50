import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { activity, orchestration } from "../../src/definition/index.ts";
import type { Address } from "../support/store-address.ts";
import { checkHistories } from "../support/history-checks.ts";
import { errorOf } from "../support/instances.ts";
import { startProgram } from "../support/program.ts";
import { type World, onEveryStore } from "../support/world.ts";
import { blockable } from "./blockable.ts";
import type { BlockingArgument } from "./programs/blocking.ts";

onEveryStore(
  "an activity that blocks its node past the lease is taken over, and what the node gives later is not taken",
  async (world) => {
    const folder = mkdtempSync(join(tmpdir(), "perdure-blocked-"));
    const until = join(folder, "go-on");
    const argument: BlockingArgument = { address: addressOf(world), until, leaseMs: 1_500 };
    await using blocked = startProgram("test/bad-worlds/programs/blocking.ts", argument);
    try {
      const definitions = blockable(() => undefined);
      const handle = await world.client.start(definitions.both, undefined, { instanceId: "both" });
      await blocked.printed("blocked");
      const other = await world.start({ ...definitions, leaseDuration: "10s" });
      assert.deepEqual(
        await handle.result({ timeout: "20s" }),
        [process.pid, process.pid],
        "the other node did it all",
      );
      const history = await world.client.getHistory("both");

      writeFileSync(until, "");
      await blocked.printed("not blocked any more");
      await blocked.printed("lease lost");
      await other.stop();
      const second = await world.client.start(definitions.second, undefined, { instanceId: "second" });
      assert.equal(await second.result({ timeout: "20s" }), blocked.pid, "under its new lease it is as good as any");
      assert.deepEqual(await world.client.getHistory("both"), history);
      await checkHistories(world.client, "both");
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

onEveryStore(
  "an activity that blocks the only node past the lease every time fails in the end, catchably",
  async (world) => {
    const attempts: number[] = [];
    const blocking = activity("blocking", (ctx) => {
      attempts.push(ctx.attempt);
      const end = performance.now() + 900;
      while (performance.now() < end);
      return "too late";
    });
    const caller = orchestration("caller", async (ctx) => {
      const error = await errorOf(ctx.activity(blocking));
      return error.code;
    });
    await world.start({
      orchestrations: [caller],
      activities: [blocking],
      leaseDuration: 600,
      limits: { claimsWithoutCommit: 2 },
    });
    const handle = await world.client.start(caller, undefined, { instanceId: "caller" });
    assert.equal(await handle.result({ timeout: "20s" }), "ACTIVITY_LOST");
    assert.deepEqual(attempts, [1, 2, 3, 4]);
    await checkHistories(world.client, "caller");
  },
);

function addressOf({ store: { file, schema } }: World): Address {
  if (file !== null) return { kind: "sqlite", file };
  assert.ok(schema !== null);
  return { kind: "postgres", url: schema.url, schema: schema.schema };
}
