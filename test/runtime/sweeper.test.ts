import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import { processHost } from "../../src/host/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import type { Node } from "../../src/runtime/node.ts";
import type { OrchestrationDispatcher } from "../../src/runtime/orchestration-dispatcher.ts";
import { Sweeper } from "../../src/runtime/sweeper.ts";
import type { WorkDispatcher } from "../../src/runtime/work-dispatcher.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { loggerFromEnvironment } from "../../src/observability/index.ts";

test("a version is given up once its grace is over, and hardly later", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 1_000_000;
  await using provider = await SqliteProvider.open(":memory:", { clock: () => now });
  await provider.openLease({ nodeId: "n", durationMs: 600_000, capabilities: [] });
  await new Client(provider).start("nobody", null);

  const startedAt = now;
  let endedAt: number | undefined;
  const { logger } = new RecordingLogger(loggerFromEnvironment());
  const settings = { onMissingVersion: "cancel", missingVersionGraceMs: 60_000, logger };
  const node = { ...settings, host: processHost, provider, lease: { nodeId: "n" } } as unknown as Node;
  const orchestrations = { endUnservable: () => Promise.resolve(void (endedAt ??= now)) };
  const work = { failExpired: () => Promise.resolve() };
  const sweeper = new Sweeper(
    node,
    orchestrations as unknown as OrchestrationDispatcher,
    work as unknown as WorkDispatcher,
  );
  sweeper.start();
  while (endedAt === undefined && now < startedAt + 200_000) {
    now += 1_000;
    t.mock.timers.tick(1_000);
    // Lets the sweep do its work.
    for (let pass = 0; pass < 5; pass += 1) await new Promise((resolve) => setImmediate(resolve));
  }
  await sweeper.stop();
  assert.ok(endedAt !== undefined);
  const tookMs = endedAt - startedAt;
  assert.ok(tookMs >= 60_000 && tookMs <= 80_000, `took ${tookMs} ms`);
});
