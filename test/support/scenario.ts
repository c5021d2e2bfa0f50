import assert from "node:assert/strict";
import type { Client } from "../../src/client/index.ts";
import { activity, mailbox, orchestration } from "../../src/definition/index.ts";
import { checkHistories } from "./history-checks.ts";

const parts = mailbox<number>("parts");

/**
 * A little of everything: a chain, a fan-out, a timer, a child, a mailbox of which one message is carried over, and a
 * second execution. The activities write into the ledger.
 */
export function scenario(note: (idempotencyKey: string) => unknown) {
  const add = activity("add", async (ctx, [a, b]: [number, number]) => {
    await note(ctx.idempotencyKey);
    return a + b;
  });
  const child = orchestration("child", async (ctx, n: number) => {
    await ctx.sleep(1);
    return ctx.activity(add, [n, 1_000]);
  });
  const parent = orchestration("parent", async (ctx, before: number): Promise<number> => {
    if (before > 0) return ctx.activity(add, [before, await ctx.receive(parts)]);
    const first = await ctx.activity(add, [0, 1]);
    const second = await ctx.activity(add, [first, 1]);
    const fanned = await Promise.all([10, 20, 30].map((n) => ctx.activity(add, [n, second])));
    await ctx.sleep(2);
    const [fromChild, part] = await Promise.all([ctx.subOrchestration(child, 0), ctx.receive(parts)]);
    return ctx.continueAsNew(fanned.reduce((a, b) => a + b, 0) + fromChild + part);
  });
  return { activities: [add], orchestrations: [parent, child], parent };
}

type Scenario = ReturnType<typeof scenario>;

export async function startScenario(client: Client, { parent }: Scenario, instanceId: string) {
  const handle = await client.start(parent, 0, { instanceId });
  await client.send(instanceId, parts, 3);
  await client.send(instanceId, parts, 4);
  return handle;
}

export const scenarioResult = 1_073;
export const scenarioEffects = 7;

/** The history of the whole scenario is as if nothing had ever gone wrong. */
export async function checkScenario(client: Client, instanceId: string): Promise<void> {
  const events = await checkHistories(client, instanceId);
  const counts = new Map<string, number>();
  for (const { kind } of events) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  assert.deepEqual(Object.fromEntries(counts), {
    OrchestrationStarted: 2,
    ActivityScheduled: 6,
    ActivityCompleted: 6,
    TimerCreated: 1,
    TimerFired: 1,
    SubOrchestrationScheduled: 1,
    SubOrchestrationCompleted: 1,
    ReceiveOpened: 2,
    MessageArrived: 3,
    OrchestrationContinuedAsNew: 1,
    OrchestrationCompleted: 1,
  });
  for (const event of events) {
    if (event.kind === "SubOrchestrationScheduled") await checkHistories(client, event.instanceId);
  }
}
