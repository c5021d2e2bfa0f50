import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { NodeArgument } from "../faults/programs/node.ts";
import { type Effect, noteEffect, readEffects } from "./ledger-file.ts";
import { startProgram } from "./program.ts";
import { nothingQueued, queued } from "./queued.ts";
import { checkScenario, scenario, scenarioEffects, scenarioResult, startScenario } from "./scenario.ts";
import { World } from "./world.ts";

/** Longer than a busy machine makes a process wait: whoever takes over sees that the process has died. */
const leaseDuration = 5_000;

/** A node on the world's store, in a process of its own. */
export function startNode(world: World, argument: Partial<NodeArgument> = {}) {
  const all: NodeArgument = { file: world.file, ledger: ledgerOf(world), leaseDuration, ...argument };
  return startProgram("test/faults/programs/node.ts", all);
}

const ledgerOf = (world: World): string => join(dirname(world.file), "ledger");

export const effects = (world: World): Effect[] => readEffects(ledgerOf(world));

/** A node dies as told, and another, in this process, does the rest. */
export async function crash(death: Partial<NodeArgument>): Promise<void> {
  const world = await World.open();
  try {
    const definitions = scenario((key) => noteEffect(ledgerOf(world), key));
    const handle = await startScenario(world.client, definitions, "p");
    await using node = startNode(world, death);
    const end = await node.ended;
    assert.equal(end.signal, "SIGKILL", end.output);
    await world.start({ ...definitions, leaseDuration });
    assert.equal(await handle.result({ timeout: "20s" }), scenarioResult);
    await checkScenario(world.client, "p");
    checkEffects(world);
    assert.deepEqual(await queued(world.provider, definitions), nothingQueued);
  } finally {
    await world.close();
  }
}

// What ran when the node died may run again, and no more than three run at once; what was recorded may not.
function checkEffects(world: World): void {
  const times = new Map<string, number>();
  for (const { key } of effects(world)) times.set(key, (times.get(key) ?? 0) + 1);
  assert.equal(times.size, scenarioEffects);
  const repeated = [...times.values()].filter((count) => count > 1);
  assert.ok(repeated.length <= 3 && repeated.every((count) => count === 2), `repeated: ${repeated.join()}`);
}
