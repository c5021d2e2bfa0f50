import assert from "node:assert/strict";
import { type AnyOrchestration, orchestration } from "../../src/definition/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { historyOf, untilRecorded } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { type World, inEveryMode } from "../support/world.ts";

/** Continues as new first if told so, so that its parent link and its answer have to survive that. */
const child = orchestration("child", async (ctx, rounds: number): Promise<unknown> => {
  if (rounds > 0) return ctx.continueAsNew(rounds - 1);
  const how = await ctx.receive("how");
  if (how === "throw") throw Object.assign(new Error("thrown by the child"), { code: "THROWN" });
  if (how === "flood") for (let n = 0; n < 200; n += 1) ctx.setCustomStatus(n);
  return how;
});

const parent = orchestration("parent", async (ctx, rounds: { before: number; child: number }): Promise<unknown> => {
  if (rounds.before > 0) return ctx.continueAsNew({ ...rounds, before: rounds.before - 1 });
  const heard = await ctx.subOrchestration(child, rounds.child, { instanceId: "c" }).then(
    (value) => ({ value }),
    ({ name, code }: Error & { code: string }) => ({ name, code }),
  );
  ctx.setCustomStatus(heard);
  // Whatever else came of the child would come before this.
  await ctx.receive("finish");
  return heard;
});

const other = (version: string, run: (ctx: Parameters<AnyOrchestration["run"]>[0]) => unknown): AnyOrchestration =>
  orchestration("child", { version }, run);

interface End {
  /** What the parent hears. */
  readonly heard: object;
  /** Makes the child end like that; `restart` is with the same code unless it is given other code. */
  readonly cause: (world: World, restart: (code?: AnyOrchestration) => Promise<void>) => Promise<void>;
}

const ends: Readonly<Record<string, End>> = {
  "a result": { heard: { value: "done" }, cause: ({ client }) => client.send("c", "how", "done") },
  "an error": { heard: { name: "Error", code: "THROWN" }, cause: ({ client }) => client.send("c", "how", "throw") },
  cancellation: {
    heard: { name: "CancelledError", code: "CANCELLED" },
    cause: ({ client }) => client.cancel("c", "enough"),
  },
  termination: {
    heard: { name: "TerminatedError", code: "TERMINATED" },
    cause: ({ client }) => client.terminate("c", "at once"),
  },
  deletion: {
    heard: { name: "InstanceDeletedError", code: "INSTANCE_DELETED" },
    cause: async ({ client }) => void (await client.delete("c", { force: true })),
  },
  "a limit": {
    heard: { name: "LimitExceededError", code: "LIMIT_EXCEEDED" },
    cause: ({ client }) => client.send("c", "how", "flood"),
  },
  "a missing version": {
    heard: { name: "NotRegisteredError", code: "NOT_REGISTERED" },
    cause: async ({ client }, restart) => {
      await restart(other("2.0.0", () => "wrong version"));
      await client.send("c", "how", "done");
    },
  },
  nondeterminism: {
    heard: { name: "NondeterminismError", code: "NONDETERMINISM" },
    cause: async ({ client }, restart) => {
      await restart(other("1.0.0", (ctx) => ctx.waitForEvent("something else")));
      await client.send("c", "how", "done");
    },
  },
  "a history that cannot be read": damaged(
    (inHistory) => `UPDATE perdure_history SET body = '{"kind":' ${inHistory} = 2`,
  ),
  "a history whose start cannot be read": damaged(
    (inHistory) => `UPDATE perdure_history SET body = 'no' ${inHistory} = 1`,
  ),
  "a history with a gap": damaged((inHistory) => `DELETE FROM perdure_history ${inHistory} = 1`),
  "a history that lost its last event": damaged((inHistory) => `DELETE FROM perdure_history ${inHistory} = 2`),
  "a lost history": damaged((inHistory) => `DELETE FROM perdure_history ${inHistory} > 0`),
};

/** `sql` gets what restricts a statement to the child's history, but for the event id. */
function damaged(sql: (inHistory: string) => string): End {
  const inHistory = "WHERE key = (SELECT key FROM perdure_instances WHERE instance_id = 'c') AND event_id";
  return {
    heard: { name: "CorruptHistoryError", code: "CORRUPT_HISTORY" },
    cause: async (world, restart) => {
      await restart();
      rawSql(world, sql(inHistory));
      await restart();
      await world.client.send("c", "how", "done");
    },
  };
}

const settings = { missingVersionGrace: 0, limits: { events: 100 } } as const;

async function run(world: World, { heard, cause }: End, rounds: { before: number; child: number }): Promise<void> {
  let node: Runtime = await world.start({ ...settings, orchestrations: [parent, child] });
  const restart = async (code: AnyOrchestration = child) => {
    await node.stop();
    node = await world.start({ ...settings, orchestrations: [parent, code] });
  };
  const handle = await world.client.start(parent, rounds, { instanceId: "p" });
  await world.until("the child is in its last execution", async () => {
    const executions = await world.client.listExecutions("c").catch(() => []);
    return executions.length === rounds.child + 1;
  });
  await untilRecorded(world, "c", "ReceiveOpened");
  if (rounds.child > 0) await restart();

  await cause(world, restart);
  await world.until("the parent has heard", async () => (await handle.status()).customStatus);
  await restart();
  await handle.send("finish", null);
  assert.deepEqual(await handle.result({ timeout: "10s" }), heard);
  const completions = (await historyOf(world, "p")).filter(
    ({ kind }) => kind === "SubOrchestrationCompleted" || kind === "SubOrchestrationFailed",
  );
  assert.equal(completions.length, 1);
  const dropped = world.log.find("message dropped").map(({ fields }) => String(fields["what"]));
  assert.deepEqual(
    dropped.filter((what) => what.startsWith("SubOrchestration")),
    [],
  );
}

for (const [name, end] of Object.entries(ends)) {
  inEveryMode(`a parent hears exactly once of its child's end by ${name}`, (world) =>
    run(world, end, { before: 0, child: 0 }),
  );
  inEveryMode(`... also after restarts and continue-as-new on both sides: ${name}`, (world) =>
    run(world, end, { before: 2, child: 2 }),
  );
}
