import { Client } from "../../../src/client/index.ts";
import { orchestration } from "../../../src/definition/index.ts";
import { SqliteProvider } from "../../../src/providers/sqlite/index.ts";
import { Runtime } from "../../../src/runtime/index.ts";
import { virtualClock } from "../../../src/testing/index.ts";
import { exportInstance, importInstances } from "../../../src/transfer/index.ts";
import { untilSo } from "../../support/until-so.ts";
import { scenario } from "../scenario.ts";

/** Its version is taken away while it waits. */
const retired = orchestration("retired", async (ctx) => ctx.receive("go"));

/** Sees how its child ended. */
const keeper = orchestration("keeper", async (ctx) => {
  const child = ctx.subOrchestration(retired, undefined, { instanceId: "keeper-1-child" });
  return await child.catch((error: Error) => error.name);
});

/** Goes on in a version that is never deployed. */
const hasty = orchestration("hasty", async (ctx) => ctx.continueAsNew(2, { version: "2.0.0" }));

export const recorded = scenario({
  orchestrations: [keeper, retired, hasty],
  // A test environment takes a missing version for a mistake: this has a store and nodes of its own.
  async run(env) {
    const clock = virtualClock({ startAt: env.now() });
    await using provider = await SqliteProvider.open(":memory:", { clock });
    const client = new Client(provider);
    const before = await Runtime.start({ provider, orchestrations: [keeper, retired, hasty] });
    await client.start(keeper, undefined, { instanceId: "keeper-1" });
    await client.start(hasty, 1, { instanceId: "hasty-1" });
    const events = async (id: string) => (await provider.readHistory(id, 1))?.length ?? 0;
    await untilSo(provider, async () => (await events("keeper-1-child")) >= 2 && (await events("hasty-1")) >= 2);
    await before.stop();
    // Never known anywhere.
    await client.start("nobodys", null, { instanceId: "nobodys-2", version: "3.0.0" });
    await using _ = await Runtime.start({ provider, orchestrations: [keeper], missingVersionGrace: 0 });
    clock.advance(60_000);
    const ids = ["keeper-1", "hasty-1", "nobodys-2"];
    for (const id of ids) {
      await client
        .getHandle(id)
        .result()
        .catch(() => undefined);
      await importInstances(env.provider, await exportInstance(provider, id));
    }
    return ids;
  },
});
