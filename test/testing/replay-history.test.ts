import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { type OrchestrationContext, activity, orchestration } from "../../src/definition/index.ts";
import {
  InvalidArgumentError,
  NondeterminismError,
  NotRegisteredError,
  SchemaVersionError,
} from "../../src/errors/index.ts";
import type { HistoryEvent } from "../../src/history/index.ts";
import { type RecordedHistory, recordHistory, replayHistory } from "../../src/testing/index.ts";
import { exportInstance, type InstanceExport } from "../../src/transfer/index.ts";
import { World } from "../support/world.ts";

const double = activity("double", async (_ctx, value: number) => value * 2);
const child = orchestration("child", async (ctx, value: number) => ctx.activity(double, value));

const sums = orchestration("sums", async (ctx, { left, sum }: { left: number; sum: number }): Promise<number> => {
  const doubled = await ctx.subOrchestration(child, left);
  if (left > 1) return ctx.continueAsNew({ left: left - 1, sum: sum + doubled });
  return sum + doubled;
});

const changed = orchestration("sums", async (ctx: OrchestrationContext, { left }: { left: number; sum: number }) =>
  ctx.activity(double, left),
);

let recorded: RecordedHistory;
let exported: InstanceExport;
let redacted: InstanceExport;
const folder = mkdtempSync(join(tmpdir(), "perdure-replay-"));
const file = join(folder, "sums.json");
const exportFile = join(folder, "exported.json");

before(async () => {
  const world = await World.open();
  await world.start({ activities: [double], orchestrations: [sums, child] });
  const handle = await world.client.start(sums, { left: 3, sum: 0 }, { instanceId: "sums-1" });
  assert.equal(await handle.result(), 12);
  recorded = await recordHistory(world.client, "sums-1");
  exported = await exportInstance(world.provider, "sums-1");
  redacted = await exportInstance(world.provider, "sums-1", { redact: true });
  await world.close();
  writeFileSync(file, JSON.stringify(recorded, null, 2));
  writeFileSync(exportFile, JSON.stringify(exported, null, 2));
});
after(() => rmSync(folder, { recursive: true }));

test("a recorded history agrees with the code that wrote it, from every form in which it can be given", async () => {
  const forms = [recorded, file, pathToFileURL(file), JSON.parse(JSON.stringify(recorded)) as RecordedHistory];
  for (const form of forms) {
    const report = await replayHistory(sums, form);
    report.assertOk();
    assert.ok(report.ok);
    assert.deepEqual(
      report.executions.map(({ executionId, verdict }) => [executionId, verdict]),
      [1, 2, 3].map((executionId) => [executionId, "agrees"]),
    );
  }
  assert.equal(String(await replayHistory(sums, recorded)), "The code agrees with 3 histories (12 events).");
});

test("events without a name are replayed under the id that their children were given", async () => {
  const [, second = []] = recorded.executions;
  const report = await replayHistory([child, sums], second);
  report.assertOk();
  assert.deepEqual([report.executions[0]?.instanceId, report.executions[0]?.executionId], ["sums-1", 2]);
  const other = await replayHistory(sums, second, { instanceId: "another" });
  assert.throws(() => other.assertOk(), NondeterminismError);
});

test("changed code is reported with both sides, the event and the line", async () => {
  const report = await replayHistory(changed, file);
  assert.equal(report.ok, false);
  assert.throws(() => report.assertOk(), NondeterminismError);
  const { verdict, error } = report.executions[0] ?? {};
  assert.equal(verdict, "diverges");
  assert.ok(error instanceof NondeterminismError);
  assert.match(error.expected, /sub-orchestration "child"/);
  assert.match(error.actual, /activity "double"/);
  assert.equal(error.eventId, 2);
  assert.match(error.site ?? "", /replay-history\.test\.ts:29:/);
  assert.match(
    String(report),
    /"sums-1" of sums@1\.0\.0, execution 1: it diverges\.\n[^]*at: .*replay-history\.test\.ts/,
  );
});

test("another version of the code is not what wrote it", async () => {
  const next = orchestration("sums", { version: "2.0.0" }, sums.run);
  const report = await replayHistory(next, recorded);
  assert.deepEqual(report.executions[0]?.verdict, "notRegistered");
  assert.throws(() => report.assertOk(), /sums@1\.0\.0, which is not among/);
});

test("an export is replayed as it is, an instance and its children", async () => {
  for (const form of [exported, exportFile, pathToFileURL(exportFile)]) {
    const report = await replayHistory([sums, child], form);
    report.assertOk();
    const [, , , ...children] = report.executions.map(({ instanceId }) => instanceId);
    assert.equal(String(report), "The code agrees with 6 histories (24 events).");
    assert.deepEqual(
      children,
      exported.instances.slice(1).map(({ instanceId }) => instanceId),
    );
  }
});

test("what of an export is replayed can be chosen, and what was not replayed is named", async () => {
  const parents = await replayHistory(sums, exported);
  parents.assertOk();
  const children = exported.instances.slice(1).map(({ instanceId }) => instanceId);
  assert.deepEqual(
    parents.notReplayed,
    children.map((id) => `"${id}" of child`),
  );
  assert.match(
    String(parents),
    /^The code agrees with 3 histories \(12 events\)\. Not given, and not replayed: "sums-1::/,
  );
  const one = await replayHistory([sums, child], exportFile, { instanceId: children[1] as string });
  assert.deepEqual([one.executions.map(({ instanceId }) => instanceId), one.notReplayed], [[children[1]], []]);
  const last = await replayHistory(sums, exportFile, { executionId: 3 });
  assert.deepEqual(
    last.executions.map(({ executionId }) => executionId),
    [3],
  );
  assert.equal((await replayHistory(sums, file, { executionId: 2 })).executions[0]?.events, 4);
});

test("changed code is found by an export, in the instance whose code it is", async () => {
  const doubled = orchestration("child", async (ctx, value: number) => ctx.sleep(value));
  const report = await replayHistory([sums, doubled], exported);
  assert.deepEqual(
    report.executions.map(({ verdict }) => verdict),
    ["agrees", "agrees", "agrees", "diverges", "diverges", "diverges"],
  );
  assert.throws(() => report.assertOk(), NondeterminismError);
});

test("an export that cannot be replayed is refused, and it says why", async () => {
  const stranger = orchestration("stranger", async () => null);
  const refused: readonly [history: unknown, options: object, error: new (message: string) => Error, why: RegExp][] = [
    [redacted, {}, InvalidArgumentError, /redacted[^]*without --redact/],
    [
      exported,
      { instanceId: "sums-2" },
      InvalidArgumentError,
      /no instance "sums-2"\. It has "sums-1" of sums, "sums-1::/,
    ],
    [exported, { executionId: 9 }, InvalidArgumentError, /no execution 9\. It has 1, 2, 3\./],
    [file, { executionId: 9 }, InvalidArgumentError, /no execution 9/],
    [{ ...exported, perdureExport: 2 }, {}, InvalidArgumentError, /form 2/],
    [{ ...exported, instances: [{}] }, {}, InvalidArgumentError, /damaged/],
  ];
  for (const [history, options, error, why] of refused) {
    await assert.rejects(replayHistory(sums, history as InstanceExport, options), (reason) => {
      assert.ok(reason instanceof error, String(reason));
      assert.match(reason.message, why);
      return true;
    });
  }
  await assert.rejects(replayHistory(stranger, exported), (reason) => {
    assert.ok(reason instanceof NotRegisteredError);
    assert.match(reason.message, /"sums-1" of sums, [^]* none is of "stranger"/);
    return true;
  });
});

test("code that goes by something else than its history is found by a replay", async () => {
  let calls = 0;
  const counting = orchestration("sums", async (ctx, input: { left: number; sum: number }) => {
    calls += 1;
    return calls % 2 === 0 ? sums.run(ctx, input) : ctx.activity(double, 1);
  });
  assert.equal((await replayHistory(counting, recorded)).ok, false);
});

const first = (): HistoryEvent[] => [...(recorded.executions[0] ?? [])];

test("what is wrong with a history is in the report", async () => {
  const gap = first().filter(({ eventId }) => eventId !== 2);
  assert.equal((await replayHistory(sums, gap)).executions[0]?.verdict, "unreadable");
  const unknown = [...first().slice(0, 2), { eventId: 3, at: 1, kind: "Invented" } as unknown as HistoryEvent];
  const report = await replayHistory(sums, unknown);
  assert.equal(report.executions[0]?.verdict, "unreadable");
  assert.throws(() => report.assertOk(), SchemaVersionError);
  const newer = first().map((event) => (event.kind === "OrchestrationStarted" ? { ...event, semantics: 99 } : event));
  assert.match(String(await replayHistory(sums, newer)), /rules of number 99/);
});

for (const [what, bad] of [
  ["nothing", undefined],
  ["an object", {}],
  ["a list of something else", [1]],
  ["an empty list", []],
  ["a file that is not there", "no/such/file.json"],
  ["a recording without executions", { perdureHistory: 1, instanceId: "a" }],
] as const) {
  test(`${what} is no history`, async () => {
    await assert.rejects(replayHistory(sums, bad as unknown as RecordedHistory), InvalidArgumentError);
  });
}

test("a form that only a newer release knows is said to be one", async () => {
  const newer = { ...recorded, perdureHistory: 2 } as unknown as RecordedHistory;
  await assert.rejects(replayHistory(sums, newer), SchemaVersionError);
});

test("a file that is no JSON is refused with its name", async () => {
  const path = join(folder, "broken.json");
  writeFileSync(path, "{");
  await assert.rejects(replayHistory(sums, path), /broken\.json is no JSON file/);
});

test("what was ended before any node could run it agrees with any code", async () => {
  const [started] = recorded.executions[0] as readonly [HistoryEvent];
  const failure = { name: "NotRegisteredError", message: "not registered", code: "NOT_REGISTERED" } as const;
  const ended: HistoryEvent = { kind: "ExecutionEnded", status: "cancelled", failure, eventId: 2, at: started.at };
  const history = [{ ...started, version: "9.0.0" } as HistoryEvent, ended];
  (await replayHistory(sums, history)).assertOk();
  const scheduled: HistoryEvent = { kind: "TimerCreated", dueAt: 1, eventId: 2, at: started.at };
  const ran = [history[0] as HistoryEvent, scheduled, { ...ended, eventId: 3 }];
  const [replayed] = (await replayHistory(sums, ran)).executions;
  assert.equal(replayed?.verdict, "notRegistered");
});
