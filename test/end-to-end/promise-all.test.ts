import assert from "node:assert/strict";
import { setImmediate as nextPass } from "node:timers/promises";
import { type OrchestrationContext, activity, orchestration } from "../../src/definition/index.ts";
import { StorageError } from "../../src/errors/index.ts";
import type { Provider } from "../../src/providers/contract.ts";
import { FaultyProvider } from "../support/faulty-provider.ts";
import { checkHistories } from "../support/history-checks.ts";
import { inLanes } from "../support/in-lanes.ts";
import { type World, inEveryMode } from "../support/world.ts";

interface Step {
  readonly chain: string;
  readonly n: number;
  readonly before: string;
}

const after = ({ chain, n, before }: Step) => `${before} ${chain}${n}`;

/** Definitions with names of their own, so that the nodes of one run take nothing of another's. */
function program(name: string) {
  const step = activity(`step-${name}`, { retry: { maxAttempts: 1_000 } }, async (_ctx, input: Step) => {
    // Chains overtake one another, and differently in every run.
    for (let passes = Math.floor(Math.random() * 6); passes > 0; passes -= 1) await nextPass();
    return after(input);
  });
  const chains = orchestration(`chains-${name}`, (ctx) => {
    const run = (chain: string, length: number) => runChain(ctx, chain, length);
    return Promise.all([run("a", 3), run("b", 4), Promise.all([run("c", 2), run("d", 3)]), run("e", 1)]);
  });
  async function runChain(ctx: OrchestrationContext, chain: string, length: number): Promise<string> {
    let before = chain;
    for (let n = 1; n <= length; n += 1) before = await ctx.activity(step, { chain, n, before });
    return before;
  }
  return { chains, definitions: { orchestrations: [chains], activities: [step] } };
}

const expected = ["a a1 a2 a3", "b b1 b2 b3 b4", ["c c1 c2", "d d1 d2 d3"], "e e1"];
const steps = ["a1", "a2", "a3", "b1", "b2", "b3", "b4", "c1", "c2", "d1", "d2", "d3", "e1"];

/** Every step was scheduled once, and completed once, with its own result. */
async function checkSteps({ client }: World, instanceId: string): Promise<void> {
  const events = await checkHistories(client, instanceId);
  const scheduled = events.filter((event) => event.kind === "ActivityScheduled");
  const completed = events.filter((event) => event.kind === "ActivityCompleted");
  const inputs = new Map(scheduled.map(({ eventId, payload }) => [eventId, JSON.parse(payload) as Step]));
  assert.deepEqual([...inputs.values()].map(({ chain, n }) => `${chain}${n}`).toSorted(), steps);
  assert.equal(completed.length, steps.length);
  for (const { scheduledId, payload } of completed) {
    assert.equal(JSON.parse(payload), after(inputs.get(scheduledId) as Step));
  }
}

type When = "before" | "after";

/**
 * A connection that goes dead at one commit, before the store hears of it or before its answer arrives. What waits for
 * an answer then learns that there is none when it is mended, and not before.
 */
function cutAt(provider: Provider, commit: number, when: When) {
  const cut = Promise.withResolvers<void>();
  const silence = Promise.withResolvers<never>();
  silence.promise.catch(() => undefined);
  let state: "well" | "dead" | "mended" = "well";
  const die = () => {
    state = "dead";
    cut.resolve();
    return silence.promise;
  };
  const faulty = new FaultyProvider(provider, ({ method, number }) => {
    if (state === "dead") return { before: () => silence.promise };
    return state === "well" && method === "commit" && number === commit ? { [when]: die } : undefined;
  });
  return {
    provider: faulty.provider,
    cut: cut.promise,
    isDead: () => state === "dead",
    mend: () => {
      state = "mended";
      silence.reject(new StorageError("The connection was cut."));
    },
  };
}

/** Gives whether it ever came to that commit. */
async function runCut(world: World, commit: number, when: When): Promise<boolean> {
  const name = `${commit}-${when}`;
  const { chains, definitions } = program(name);
  const { provider, cut, isDead, mend } = cutAt(world.provider, commit, when);
  const node = await world.start({ ...definitions, provider });
  const handle = await world.client.start(chains, undefined, { instanceId: name });
  await Promise.race([cut, handle.result({ timeout: "20s" })]);
  if (isDead()) {
    await world.expireLease(node);
    await world.start(definitions);
  }
  assert.deepEqual(await handle.result({ timeout: "20s" }), expected);
  await checkSteps(world, name);
  const hasDied = isDead();
  mend();
  return hasDied;
}

const title =
  "Promise.all over interleaved multi-activity chains, killed and recovered at every commit, never swaps or repeats a result";

inEveryMode(title, async (world) => {
  const whole = program("whole");
  const counting = new FaultyProvider(world.provider);
  const node = await world.start({ ...whole.definitions, provider: counting.provider });
  const handle = await world.client.start(whole.chains);
  assert.deepEqual(await handle.result({ timeout: "20s" }), expected);
  await node.stop();
  // How the steps are gathered into commits differs from run to run.
  const commits = Array.from({ length: counting.count("commit") + 2 }, (_, index) => index + 1);
  const cuts = commits.flatMap((commit) => (["before", "after"] as const).map((when) => ({ commit, when })));
  let killed = 0;
  await inLanes(8, cuts, async ({ commit, when }) => {
    if (await runCut(world, commit, when)) killed += 1;
  });
  assert.ok(killed >= 8, `it was killed ${killed} times`);
});

inEveryMode(
  "Promise.all over interleaved chains gives the same result when every commit kills its node",
  async (world) => {
    const { chains, definitions } = program("doomed");
    const handle = await world.client.start(chains, undefined, { instanceId: "doomed" });
    const result = handle.result({ timeout: "50s" });
    const mends: (() => void)[] = [];
    for (let isOver = false; !isOver;) {
      const { provider, cut, mend } = cutAt(world.provider, 1, "after");
      mends.push(mend);
      const node = await world.start({ ...definitions, provider });
      isOver = await Promise.race([cut.then(() => false), result.then(() => true)]);
      if (!isOver) await world.expireLease(node);
    }
    assert.deepEqual(await result, expected);
    await checkSteps(world, "doomed");
    assert.ok(mends.length > 5, `${mends.length} nodes`);
    for (const mend of mends) mend();
  },
);
