import assert, { AssertionError } from "node:assert/strict";
import { test } from "node:test";
import { type ActivityContext, type OrchestrationContext, event, orchestration } from "../../src/definition/index.ts";
import { NonRetryableError } from "../../src/errors/index.ts";
import { explore } from "../../src/testing/index.ts";
import { joined, part, raced, values } from "./explored.ts";

test("an orchestration whose outcome depends on the order is found, with two schedules that differ in one swap", async () => {
  const report = await explore(raced, { input: 3, activities: { part } });
  report.assertOk();
  assert.equal(report.isOrderSensitive, true);
  assert.equal(report.outcomes.length, 6);
  assert.deepEqual(report.outcomes[0]?.steps, [
    "the instance starts",
    "activity \"part\" with 0 gives 'p0'",
    "activity \"part\" with 1 gives 'p1'",
    "activity \"part\" with 2 gives 'p2'",
  ]);
  assert.deepEqual(report.outcomes[1]?.steps.toSorted(), report.outcomes[0].steps.toSorted());
  assert.throws(() => report.assertOrderInsensitive(), AssertionError);
  assert.throws(() => report.assertOrderInsensitive(), /DEPENDS ON THE ORDER[^]*'p0,p1,p2'[^]*'p1,p0,p2'/);
});

test("a race whose loser was given up is seen as one, and the loser is named", async () => {
  const fastest = orchestration("fastest", async (ctx) => {
    const abort = new AbortController();
    const first = await Promise.race([
      ctx.activity<string>("left", null, { signal: abort.signal }),
      ctx.activity<string>("right", null, { signal: abort.signal }),
    ]);
    abort.abort();
    return first;
  });
  const report = await explore(fastest, { activities: { left: async () => "left", right: async () => "right" } });
  report.assertOk();
  assert.deepEqual(values(report), ["left", "right"]);
  assert.deepEqual(report.givenUp.toSorted(), ["left", "right"]);
  assert.match(
    String(report),
    /Given up in some schedules, and may have been executed all the same: "right", "left"\. Give `observe`/,
  );
});

test("code that goes by a variable outside of it is told of once, and nobody is told to deploy anything", async () => {
  let runs = 0;
  const fickle = orchestration("fickle", async (ctx) => ctx.activity((runs += 1) % 2 === 1 ? "left" : "right"));
  const report = await explore(fickle, { activities: { left: () => 1, right: () => 1 } });
  assert.throws(
    () => report.assertOk(),
    /NOT DETERMINISTIC[^]*first time: activity "left"[^]*run again: +activity "right"[^]*variable outside the function/,
  );
  assert.equal(report.nondeterminism.length, 1);
  const afterCrash: string[] = [];
  // Whichever run it is that goes another way, one of them being a replay after a crash.
  for (let other = 1; other <= 8; other++) {
    runs = 0;
    const once = orchestration("once", async (ctx) => {
      await ctx.activity((runs += 1) === other ? "right" : "left");
      await ctx.sleep("1h");
    });
    const found = await explore(once, { activities: { left: () => 1, right: () => 1 } });
    assert.doesNotMatch(String(found), /Deploy/);
    const { nondeterminism } = found;
    afterCrash.push(...nondeterminism.flatMap(({ message, crashAt }) => (crashAt === undefined ? [] : [message])));
  }
  assert.match(
    String(afterCrash),
    /does not do what its history says[^]*expected \(history\): activity "left"[^]*\nIt goes by something/,
  );
});

test("what was not observed is not called well", async () => {
  const pay = orchestration("pay", async (ctx) => ctx.activity("charge", 5));
  const charged: number[] = [];
  const blind = await explore(pay, { activities: { charge: (amount: number) => void charged.push(amount) } });
  blind.assertOk();
  assert.match(String(blind), /Executed a second time after a crash, and compared by their results only: "charge"\./);
  assert.throws(() => blind.assertNothingLeftBehind(), { code: "INVALID_ARGUMENT", message: /Give `observe`/ });
  const setup = () => {
    const once = new Set<string>();
    return {
      activities: { charge: (_amount: number, ctx: ActivityContext) => void once.add(ctx.idempotencyKey) },
      observe: () => once.size,
    };
  };
  const seen = await explore(pay, { setup });
  seen.assertOk();
  seen.assertNothingLeftBehind();
  assert.doesNotMatch(String(seen), /observe`/);
});

test("a loser that was not given up, and whose effect counts, is found by what is observed", async () => {
  const careless = orchestration("careless", async (ctx) => {
    const winner = await Promise.race([ctx.activity<string>("book", "air"), ctx.activity<string>("book", "rail")]);
    await ctx.activity("confirm");
    return winner.length > 0;
  });
  const report = await explore(careless, {
    setup: () => {
      const booked = new Set<string>();
      const book = async (what: string) => {
        booked.add(what);
        return what;
      };
      return { activities: { book, confirm: async () => null }, observe: () => booked };
    },
  });
  assert.deepEqual(
    new Set(report.outcomes.map(({ outcome: { observed } }) => [...(observed as Set<string>)].toSorted().join())),
    new Set(["air", "air,rail", "rail"]),
  );
});

test("an activity that does its work twice is found, and one that goes by its key is not", async () => {
  const pays = orchestration("pays", async (ctx) => {
    await ctx.activity("charge", 5);
    await ctx.activity("charge", 7);
  });
  const charging = (seen: (key: string, ledger: Map<string, number>) => boolean) => () => {
    const ledger = new Map<string, number>();
    const charge = async (amount: number, { idempotencyKey }: { idempotencyKey: string }) => {
      if (!seen(idempotencyKey, ledger)) ledger.set(`${idempotencyKey} ${ledger.size}`, amount);
      else ledger.set(idempotencyKey, amount);
      return null;
    };
    return { activities: { charge }, observe: () => [...ledger.values()].reduce((sum, amount) => sum + amount, 0) };
  };
  const bad = await explore(pays, { setup: charging(() => false) });
  bad.assertDeterministic();
  assert.throws(() => bad.assertIdempotent(), /NOT IDEMPOTENT: activity "charge"[^]*executed once: 12\n.*twice: 17/);
  const [found] = bad.notIdempotent;
  assert.deepEqual(
    [found?.activity, found?.differs, found?.input, found?.once, found?.twice, found?.crashAt],
    ["charge", "effect", "5", 12, 17, 1],
  );
  const good = await explore(pays, { setup: charging(() => true) });
  good.assertOk();
});

test("an activity that gives another result the second time is found without anything to observe", async () => {
  let ids = 0;
  const report = await explore(joined, { input: 2, activities: { part: async () => `id-${++ids}` } });
  assert.throws(() => report.assertIdempotent(), /gives another result when it is executed again/);
  report.assertDeterministic();
});

test("an activity that fails is said to fail, and one without input or result is said so shortly", async () => {
  const failing = orchestration("failing", async (ctx) => {
    await ctx.activity("nothing");
    await ctx.activity("broken", { id: 7 });
  });
  const broken = () => {
    throw new TypeError("out of order\nand more");
  };
  const { outcomes } = await explore(failing, { activities: { nothing: () => undefined, broken } });
  assert.deepEqual(outcomes[0]?.steps, [
    "the instance starts",
    'activity "nothing" completes',
    'activity "broken" with { id: 7 } fails: TypeError: out of order',
  ]);
});

test("two schedules that show the order are as alike as any two", async () => {
  const lastFirst = orchestration("lastFirst", async (ctx) => {
    const order: number[] = [];
    await Promise.all([0, 1, 2, 3].map(async (index) => (await ctx.activity("part", index), order.push(index))));
    return order.indexOf(3) < order.indexOf(2);
  });
  const report = await explore(lastFirst, { activities: { part } });
  const text = (order: readonly number[]) =>
    order.map((index, at) => `${at + 2}. activity "part" with ${index} gives 'p${index}'`);
  const [one, other] = [text([0, 1, 2, 3]), text([0, 1, 3, 2])];
  const lines = (): string[] =>
    String(report)
      .split("\n")
      .map((line) => line.trim());
  for (const line of [...one, ...other.slice(0, 2), `${other[2]}   <- here it goes another way`, other[3]]) {
    assert.ok(lines().includes(line as string), `${line}\n\n${String(report)}`);
  }
});

const trip = (undoFirst: boolean) =>
  orchestration("trip", async (ctx) => {
    const undo: string[] = [];
    try {
      for (const what of ["air", "hotel"]) {
        if (undoFirst) undo.push(what);
        await ctx.activity("book", what);
        if (!undoFirst) undo.push(what);
      }
    } catch (error) {
      for (const what of undo.toReversed()) await ctx.activity("release", what);
      throw error;
    }
  });

const bookings = () => {
  const booked = new Set<string>();
  const book = (what: string) => void booked.add(what);
  const release = (what: string) => void booked.delete(what);
  return { activities: { book, release }, observe: () => booked };
};

test("what an activity leaves behind that was executed although it was given up is found", async () => {
  const isUndone = ({ status, observed }: { status: string; observed?: unknown }) =>
    status === "completed" || (observed as Set<string>).size === 0;
  const bad = await explore(trip(false), { setup: bookings, cancel: true });
  bad.assertOk();
  assert.throws(
    () => bad.assertNothingLeftBehind(),
    /EXECUTED, ALTHOUGH GIVEN UP[^]*2\. the instance is asked to cancel; given up, but executed: activity "book" with 'air'   <- here/,
  );
  assert.throws(() => bad.assertEvery(isUndone), /REFUSED: cancelled: [^]*observed Set\(1\) \{ 'air' \}/);
  const [found] = bad.leftBehind;
  assert.deepEqual(
    [found?.givenUpAt, found?.executed.observed, found?.notExecuted.observed],
    [1, new Set(["air"]), new Set()],
  );
  const good = await explore(trip(true), { setup: bookings, cancel: true });
  good.assertOk();
  good.assertNothingLeftBehind();
  good.assertEvery(isUndone);
});

test("activities that remember earlier schedules are found out, and nobody is accused for it", async () => {
  const booked: string[] = [];
  const forgotten = {
    activities: { book: (what: string) => void booked.push(what), release: () => null },
    observe: () => booked.length,
  };
  const report = await explore(trip(true), forgotten);
  for (const check of ["assertOk", "assertIdempotent", "assertOrderInsensitive", "assertNothingLeftBehind"] as const) {
    assert.throws(
      () => report[check](),
      /NOT REPEATABLE[^]*in `setup`[^]*first: +completed: [^]*once more: completed: /,
      check,
    );
  }
  assert.deepEqual([report.nondeterminism, report.notIdempotent, report.leftBehind], [[], [], []]);
  const first = report.unrepeatable?.first.observed;
  assert.equal(first, 2);
});

test("an id that is new each time makes no other activity, and no code, look guilty", async () => {
  let ids = 0;
  const invoice = orchestration("invoice", async (ctx) => {
    const id = await ctx.activity<string>("create");
    await ctx.sleep("1h");
    await ctx.activity("mail", id);
    return id;
  });
  const report = await explore(invoice, { activities: { create: () => `id-${++ids}`, mail: () => null } });
  assert.deepEqual(
    report.notIdempotent.map(({ activity: name, differs }) => [name, differs]),
    [["create", "result"]],
  );
  assert.deepEqual(report.nondeterminism, []);
  assert.match(String(report), /NOT REPEATABLE/);
});

test("code that waits for what is not durable, or calls what it must not, is found without any order being wrong", async () => {
  const foreign = orchestration("foreign", async () => new Promise(() => undefined));
  await assert.rejects(
    async () => (await explore(foreign, {})).assertOk(),
    /NOT DETERMINISTIC\n +"foreign" waits for a promise that is not durable/,
  );
  const timed = orchestration("timed", async () => void setTimeout(() => undefined, 5));
  await assert.rejects(async () => (await explore(timed, {})).assertDeterministic(), /NOT DETERMINISTIC[^]*setTimeout/);
});

test("two failures of one cause are no difference", async () => {
  const failing = orchestration("failing", async (ctx) =>
    ctx.activity("broken").catch((error: Error) => error.message),
  );
  const broken = async () => {
    throw new NonRetryableError("out of order");
  };
  (await explore(failing, { activities: { broken } })).assertOk();
});

let counter = 0;
const cache = new Map<string, boolean>();
const careless: readonly [what: string, body: (ctx: OrchestrationContext) => Promise<unknown>, message: RegExp][] = [
  [
    "a counter of the module in an input",
    async (ctx) => ctx.activity("part", ++counter),
    /the first time: activity "part" with \d+\n +run again: /,
  ],
  ["a counter of the module in the result", async () => ++counter, /the function returning/],
  [
    "a cache of the module that decides what is called",
    async (ctx) => {
      if (!cache.has(ctx.runId)) await ctx.activity("part", 0);
      cache.set(ctx.runId, true);
      await ctx.sleep("1s");
    },
    /the first time: activity "part"\n +run again: +a timer\n +at: .*explore-findings\.test\.ts[^]*a variable outside the function/,
  ],
  ["a global", async (ctx) => ctx.activity("part", process.hrtime.bigint()), /run again over the same history/],
  [
    "whether it is replaying",
    async (ctx) => {
      const wasReplaying = ctx.isReplaying;
      await ctx.sleep("1s");
      return wasReplaying;
    },
    /After a crash, led through its history, the code comes to something else/,
  ],
];

for (const [what, body, message] of careless) {
  test(`code that goes by ${what} is found`, async () => {
    const report = await explore(orchestration("careless", body), { activities: { part: async () => null } });
    assert.throws(() => report.assertDeterministic(), message);
    assert.throws(() => report.assertOk(), AssertionError);
    assert.deepEqual(report.notIdempotent, []);
  });
}

test("an event that is raised before anybody waits for it is lost, and that is found", async () => {
  const paid = event<number>("paid");
  const lossy = orchestration("lossy", async (ctx) => {
    await ctx.activity("part", 1);
    return ctx.waitForEvent(paid);
  });
  const report = await explore(lossy, { activities: { part }, events: [{ event: paid, data: 3 }] });
  assert.throws(
    () => report.assertFinishes(),
    /WAITS IN VAIN\n[^]*lossy: a wait for event "paid"\n[^]*2\. event "paid" is raised: 3/,
  );
  assert.deepEqual(report.dropped, ['EventRaised "paid": no wait for event "paid" is open']);
});

test("a saga undoes what it did, whenever it is asked to cancel", async () => {
  const trip = orchestration("trip", async (ctx) => {
    const undo: string[] = [];
    try {
      for (const what of ["air", "hotel"]) {
        undo.push(what);
        await ctx.activity("book", what);
      }
      await ctx.sleep("7d");
      return "travelled";
    } catch (error) {
      for (const what of undo.toReversed()) await ctx.activity("release", what);
      throw error;
    }
  });
  const setup = () => {
    const booked = new Set<string>();
    const book = async (what: string) => void booked.add(what);
    const release = async (what: string) => void booked.delete(what);
    return { activities: { book, release }, observe: () => booked };
  };
  const report = await explore(trip, { setup, cancel: "changed my mind" });
  report.assertOk();
  report.assertEvery(({ status, observed }) => (status === "completed" ? 2 : 0) === (observed as Set<string>).size);
  assert.deepEqual(new Set(values(report)), new Set(["travelled", "cancelled"]));
  assert.throws(
    () => report.assertEvery(({ status }) => status === "completed"),
    /REFUSED: cancelled: CancelledError: Cancelled: changed my mind[^]*\d\. the instance is asked to cancel/,
  );
});

test("a report reads like this", async () => {
  const report = await explore(joined, { input: 2, activities: { part } });
  assert.equal(
    String(report),
    [
      '"joined": 2 schedules (every order there is), 4 crashes, one before every step',
      "  2 × completed: 'p0,p1'",
      "",
      'Executed a second time after a crash, and compared by their results only: "part". Give `observe` to see what else ' +
        "they do twice.",
    ].join("\n"),
  );
});
