import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { Runtime, type RuntimeOptions } from "../../src/runtime/index.ts";
import { FaultyProvider, Gate, type Method } from "../support/faulty-provider.ts";
import { inLanes } from "../support/in-lanes.ts";
import { Ledger } from "../support/ledger.ts";
import { nothingQueued, queued } from "../support/queued.ts";
import { checkScenario, scenario, scenarioEffects, scenarioResult, startScenario } from "../support/scenario.ts";
import { type Mode, modes } from "../support/world.ts";

// Longer than a busy machine keeps the event loop from its work: a node has to get its first lease within it.
const leaseDuration = 400;

for (const mode of modes) {
  test(`a node that is cut off at any commit is replaced, and coming back it doubles nothing [${mode.name}]`, async () => {
    const commits = await countCommits(mode);
    assert.ok(commits > 5);
    const numbers = Array.from({ length: commits }, (_, index) => index + 1);
    for (const when of ["before", "after"] as const) {
      await inLanes(6, numbers, async (number) => {
        try {
          await cutOffAt(mode, { number, when });
        } catch (error) {
          throw new Error(`Cut off ${when} commit ${number}`, { cause: error });
        }
      });
    }
  });
}

async function countCommits(mode: Mode): Promise<number> {
  await using store = await SqliteProvider.open(":memory:");
  const faulty = new FaultyProvider(store);
  const program = scenario(() => undefined);
  await using _node = await Runtime.start({ ...mode.options, ...program, provider: faulty.provider });
  const handle = await startScenario(new Client(store), program, "p");
  await handle.result({ timeout: "5s" });
  return faulty.count("commit");
}

/** From this commit on nothing that the node asks is sent, or nothing of it answered, until another has done it all. */
async function cutOffAt(mode: Mode, cut: { readonly number: number; readonly when: "before" | "after" }) {
  await using store = await SqliteProvider.open(":memory:");
  const gate = new Gate();
  let isCutOff = false;
  const faulty = new FaultyProvider(store, ({ method, number }: { method: Method; number: number }) => {
    const isHere = method === "commit" && number === cut.number;
    isCutOff ||= isHere;
    if (!isCutOff) return undefined;
    return isHere && cut.when === "after" ? { after: gate.pass } : { before: gate.pass };
  });
  const client = new Client(store);
  const ledger = new Ledger();
  const program = scenario((key) => ledger.note(key));
  const options: Partial<RuntimeOptions> = { ...mode.options, ...program, leaseDuration };
  await using _zombie = await Runtime.start({ ...options, provider: faulty.provider });
  const handle = await startScenario(client, program, "p");
  await gate.reached;

  await using _successor = await Runtime.start({ ...options, provider: store });
  assert.equal(await handle.result({ timeout: "5s" }), scenarioResult);
  const executed = ledger.keys;
  faulty.faultFor = () => undefined;
  gate.open();
  await faulty.settled();

  await checkScenario(client, "p");
  assert.equal(executed, scenarioEffects);
  assert.equal(ledger.keys, scenarioEffects);
  assert.deepEqual(await queued(store, program), nothingQueued);
}
