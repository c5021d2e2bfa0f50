import assert from "node:assert/strict";
import { activity, mailbox, orchestration } from "../../src/definition/index.ts";
import { ActivityError, NonRetryableError, PerdureError } from "../../src/errors/index.ts";
import { historyOf, untilRecorded } from "../support/instances.ts";
import { type World, inEveryMode } from "../support/world.ts";

const go = mailbox<null>("go");

class CardError extends Error {
  override readonly name = "CardError";
  readonly code = "CARD_DECLINED";
  readonly orderId = 7;
  readonly limits = { daily: [100, 200] };
}

const thrown = () =>
  new CardError("declined", {
    cause: new TypeError("no funds", { cause: Object.assign(new Error("bank"), { code: "E_BANK" }) }),
  });

/** All of an error that code can decide by, without any class. */
interface Facts {
  readonly name: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly category?: string | undefined;
  readonly attempts?: number | undefined;
  readonly orderId?: number | undefined;
  readonly limits?: unknown;
  readonly cause?: Facts | undefined;
}

function factsOf(error: unknown): Facts {
  const { name, message, code, category, attempts, orderId, limits, cause } = error as Facts;
  const all = { name, message, code, category, attempts, orderId, limits, cause: cause && factsOf(cause) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as unknown as Facts;
}

const causes: Facts = {
  name: "TypeError",
  message: "no funds",
  cause: { name: "Error", message: "bank", code: "E_BANK" },
};
const card: Facts = {
  name: "CardError",
  message: "declined",
  code: "CARD_DECLINED",
  orderId: 7,
  limits: { daily: [100, 200] },
  cause: causes,
};

const activities = {
  throwing: activity("throwing", { retry: { maxAttempts: 3, initialInterval: 1 } }, () => {
    throw thrown();
  }),
  final: activity("final", { retry: { maxAttempts: 3 } }, () => {
    throw new NonRetryableError("never again", { code: "NO_USE", cause: thrown() });
  }),
  endless: activity("endless", { timeout: 10 }, () => new Promise(() => undefined)),
  odd: activity("odd", () => {
    // eslint-disable-next-line typescript/only-throw-error -- people do
    throw { not: "an error" };
  }),
  unstorable: activity("unstorable", () => () => "a function"),
  many: activity("many", () => {
    throw new AggregateError([thrown(), new RangeError("far")], "several");
  }),
};

const activityError = (facts: Omit<Facts, "name">): Facts => ({ name: "ActivityError", ...facts });

/** What each activity ends with, as its caller sees it. */
const endsOfActivities: Readonly<Record<keyof typeof activities, Facts>> = {
  throwing: activityError({
    message: "declined",
    code: "CARD_DECLINED",
    category: "application",
    attempts: 3,
    cause: card,
  }),
  final: activityError({
    message: "never again",
    code: "NO_USE",
    category: "application",
    attempts: 1,
    cause: { name: "NonRetryableError", message: "never again", code: "NO_USE", category: "application", cause: card },
  }),
  endless: activityError({
    message: 'activity "endless" took longer than 10 ms.',
    code: "TIMEOUT",
    category: "application",
    attempts: 1,
    cause: {
      name: "TimeoutError",
      message: 'activity "endless" took longer than 10 ms.',
      code: "TIMEOUT",
      category: "application",
    },
  }),
  odd: activityError({
    message: '{"not":"an error"}',
    code: "ACTIVITY_FAILED",
    category: "application",
    attempts: 1,
    cause: { name: "NonError", message: '{"not":"an error"}' },
  }),
  unstorable: activityError({
    message: "result is a function, and that cannot be stored.",
    code: "UNSERIALIZABLE_VALUE",
    category: "configuration",
    attempts: 1,
  }),
  many: activityError({
    message: "several",
    code: "ACTIVITY_FAILED",
    category: "application",
    attempts: 1,
    cause: { name: "AggregateError", message: "several" },
  }),
};

/** Ends as its parent is told to be told; the same after a restart. */
const catching = (call: (name: string) => string) =>
  orchestration("catching", async (ctx, names: readonly string[]) => {
    const caught: Facts[] = [];
    for (const name of names) {
      try {
        await (call(name) === "activity"
          ? ctx.activity(name)
          : ctx.subOrchestration("child", name, { instanceId: `child-${name}` }));
        caught.push({ name: "nothing", message: "" });
      } catch (error) {
        caught.push(factsOf(error));
        // The way that is taken from here depends on what was caught.
        if ((error as { code?: string }).code !== undefined) ctx.state.set(name, factsOf(error));
      }
    }
    await ctx.receive(go);
    return [caught, ctx.state.list()];
  });

async function runWithRestart(world: World, definitions: Parameters<World["start"]>[0], names: readonly string[]) {
  const caller = definitions?.orchestrations?.[0] as ReturnType<typeof catching>;
  const first = await world.start(definitions);
  const handle = await world.client.start(caller, names, { instanceId: "caller" });
  await untilRecorded(world, "caller", "ReceiveOpened");
  await first.stop();
  await world.start(definitions);
  await handle.send(go, null);
  return (await handle.result({ timeout: "10s" })) as [Facts[], string[]];
}

inEveryMode(
  "every end of an activity can be caught, in all its parts, and is the same after a restart",
  async (world) => {
    const names = Object.keys(activities);
    const caller = catching(() => "activity");
    const definitions = { orchestrations: [caller], activities: Object.values(activities) };
    const [caught, kept] = await runWithRestart(world, definitions, names);
    for (const [index, name] of names.entries()) {
      const expected = endsOfActivities[name as keyof typeof activities];
      const { cause, message, ...rest } = caught[index] as Facts;
      if (name === "unstorable") {
        assert.equal(cause?.name, "UnserializableValueError");
        assert.match(message, /^result is/);
        assert.deepEqual({ ...rest, message: expected.message }, expected);
      } else {
        assert.deepEqual(caught[index], expected, name);
      }
    }
    assert.deepEqual(kept, names.toSorted());
    const failed = (await historyOf(world, "caller")).filter(({ kind }) => kind === "ActivityFailed");
    assert.equal(failed.length, names.length);
  },
);

inEveryMode(
  "every error of a child reaches its parent as it was thrown, and is the same after a restart",
  async (world) => {
    const child = orchestration("child", async (ctx, how: string) => {
      if (how === "throws") throw thrown();
      if (how === "passes on") await ctx.activity(activities.throwing);
      if (how === "wraps") {
        await ctx.activity(activities.throwing).catch((cause: unknown) => {
          throw Object.assign(new Error("order failed", { cause }), { code: "ORDER" });
        });
      }
      // eslint-disable-next-line typescript/only-throw-error -- people do
      if (how === "throws nothing") throw undefined;
      return () => how;
    });
    const names = ["throws", "passes on", "wraps", "throws nothing", "cannot be stored"];
    const caller = catching(() => "child");
    const definitions = { orchestrations: [caller, child], activities: [activities.throwing] };
    const [caught] = await runWithRestart(world, definitions, names);
    const [throws, passesOn, wraps, nothing, unstorable] = caught;
    assert.deepEqual(throws, card);
    assert.deepEqual(passesOn, endsOfActivities.throwing);
    assert.deepEqual(wraps, {
      name: "Error",
      message: "order failed",
      code: "ORDER",
      cause: endsOfActivities.throwing,
    });
    assert.deepEqual(nothing, { name: "NonError", message: "undefined" });
    assert.equal(unstorable?.code, "UNSERIALIZABLE_VALUE");
  },
);

inEveryMode(
  "what is caught is of its class again: Perdure's and JavaScript's own, down the chain of causes",
  async (world) => {
    const caller = orchestration("caller", async (ctx) => {
      const error = await ctx.activity(activities.final).catch((caught: unknown) => caught);
      await ctx.receive(go);
      assert.ok(error instanceof ActivityError && error instanceof PerdureError);
      assert.ok(error.cause instanceof NonRetryableError);
      assert.ok((error.cause.cause as Error).cause instanceof TypeError);
      throw error;
    });
    await world.start({ orchestrations: [caller], activities: [activities.final] });
    const handle = await world.client.start(caller, undefined, { instanceId: "c" });
    await handle.send(go, null);
    await assert.rejects(handle.result({ timeout: "10s" }), (error) => {
      assert.ok(error instanceof ActivityError);
      assert.deepEqual(factsOf(error), endsOfActivities.final);
      return true;
    });
    const { error } = await handle.status();
    assert.deepEqual(factsOf(error), endsOfActivities.final);
  },
);
