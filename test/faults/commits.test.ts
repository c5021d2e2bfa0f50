import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { type Fault, FaultyProvider, mutatingMethods, once } from "../support/faulty-provider.ts";
import { Ledger } from "../support/ledger.ts";
import { nothingQueued, queued } from "../support/queued.ts";
import { checkScenario, scenario, scenarioEffects, scenarioResult, startScenario } from "../support/scenario.ts";
import { type Mode, modes } from "../support/world.ts";

const faults = ["fail before", "fail after", "duplicate"] as const satisfies readonly Fault[];
const lanes = 6;

for (const mode of modes) {
  test(`no single failed, ambiguous or repeated call loses or doubles anything [${mode.name}]`, async () => {
    const runs = await everySingleFault(mode);
    let met = 0;
    await inLanes(runs, async (store, { method, number, fault }, index) => {
      const meeting = once(method, number, fault);
      try {
        await runScenario(mode, store, { instanceId: `run-${index}`, faultFor: meeting.faultFor });
      } catch (error) {
        throw new Error(`After "${fault}" of ${method} ${number}`, { cause: error });
      }
      if (meeting.wasMet()) met += 1;
    });
    // How often something is asked depends a little on timing, so the last calls may never come.
    assert.ok(met > runs.length * 0.8, `${met} of ${runs.length} faults were met`);
  });
}

for (const fault of ["fail before", "fail after"] as const) {
  for (const mode of modes) {
    test(`nothing is lost or doubled when every other call gets "${fault}" [${mode.name}]`, async () => {
      await using store = await SqliteProvider.open(":memory:");
      await runScenario(mode, store, {
        instanceId: "run",
        faultFor: ({ number }) => (number % 2 === 1 ? fault : undefined),
      });
    });
  }
}

async function everySingleFault(mode: Mode) {
  await using store = await SqliteProvider.open(":memory:");
  const { calls } = await runScenario(mode, store, { instanceId: "run", faultFor: () => undefined });
  return calls
    .filter(({ method }) => mutatingMethods.includes(method))
    .flatMap(({ method, number }) => faults.map((fault) => ({ method, number, fault })));
}

interface Run {
  readonly instanceId: string;
  readonly faultFor: FaultyProvider["faultFor"];
}

async function runScenario(mode: Mode, store: SqliteProvider, { instanceId, faultFor }: Run): Promise<FaultyProvider> {
  const faulty = new FaultyProvider(store, faultFor);
  const client = new Client(store);
  const ledger = new Ledger();
  const program = scenario((key) => ledger.note(key));
  const options = { ...mode.options, ...program, provider: faulty.provider };
  await using node = await Runtime.start(options).catch(() => Runtime.start(options));
  const handle = await startScenario(client, program, instanceId);
  assert.equal(await handle.result({ timeout: "5s" }), scenarioResult);
  await node.stop();
  await checkScenario(client, instanceId);
  assert.equal(ledger.keys, scenarioEffects);
  assert.deepEqual(ledger.repeated, [], "no fault of the store makes an activity run twice");
  assert.deepEqual(await queued(store, program), nothingQueued);
  return faulty;
}

/** Side by side, because most of a run is waiting; each lane has a store of its own. */
async function inLanes<T>(items: readonly T[], run: (store: SqliteProvider, item: T, index: number) => Promise<void>) {
  const left = items.entries();
  const lane = async (): Promise<void> => {
    await using store = await SqliteProvider.open(":memory:");
    for (const [index, item] of left) await run(store, item, index);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
