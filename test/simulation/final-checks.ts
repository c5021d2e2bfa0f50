import type { OrchestrationContext } from "../../src/definition/index.ts";
import { type HistoryEvent, isTerminal } from "../../src/history/index.ts";
import { ReplayEngine } from "../../src/replay/index.ts";
import { decodeValue } from "../../src/values/index.ts";
import type { ClientScript } from "./client-script.ts";
import { expectedResult } from "./expected-result.ts";
import { type ProgramInput, interpret } from "./interpret.ts";
import type { Program } from "./program.ts";
import type { ShadowInstance } from "./shadow.ts";
import type { World } from "./world.ts";

type Report = (rule: string, what: string) => void;

/** What has to be so when all has ended and nobody runs any more. */
export async function checkFinally(world: World, script: ClientScript, report: Report): Promise<void> {
  await checkNothingLeft(world, report);
  for (const instance of world.auditor.shadow.all) {
    if (!instance.isDeleted) await checkStored(world, instance, report);
    await checkReplay(world, instance, report);
    if (world.scenario.isConfluent) checkResult(world, instance, report);
    world.coverage.outcome(instance.isDeleted ? "deleted" : instance.status);
  }
  const awaited = world.scenario.roots.filter(({ isAwaited }) => isAwaited);
  for (const { instanceId } of awaited) checkTold(world, script, instanceId, report);
}

async function checkNothingLeft({ store, auditor }: World, report: Report): Promise<void> {
  const load = await store.provider.readLoad();
  const left = [...load.work.map(({ name }) => `work for ${name}`), `${load.messages} messages`];
  if (load.work.length > 0 || load.messages > 0 || load.timers.waiting > 0 || load.instances.owned > 0) {
    report(
      "Q7",
      `left in the queues: ${left.join(", ")}, ${load.timers.waiting} timers, ${load.instances.owned} owned`,
    );
  }
  const { shadow } = auditor;
  if (shadow.work.size > 0 || shadow.timers.length > 0) report("Q7", "there should be work or timers left");
}

/** What the store shows is what was committed, word for word. */
async function checkStored({ store: { provider } }: World, instance: ShadowInstance, report: Report): Promise<void> {
  const { instanceId, executions } = instance;
  const record = await provider.readInstance(instanceId);
  if (record?.status !== instance.status || record.executionId !== instance.executionId) {
    report("M2", `${instanceId} is shown as ${record?.status}, and is ${instance.status}`);
  }
  const rows = (await provider.readHistory(instanceId)) ?? [];
  const isSame = rows.length === instance.rows.length && rows.every((row, at) => row.body === instance.rows[at]?.body);
  if (!isSame) report("H1", `the history of ${instanceId} is not what was committed`);
  const stored = await provider.listExecutions(instanceId);
  if (stored.length !== executions.length) report("E5", `${instanceId} has ${stored.length} executions`);
}

/** A new engine, led through what was recorded, does the same and comes to the same. */
async function checkReplay({ scenario }: World, instance: ShadowInstance, report: Report): Promise<void> {
  for (const events of instance.executions) {
    // Deleted or ended from outside before any of its code was run: there is nothing to compare.
    if (events.length === 0 || (events.length === 2 && events[1]?.kind === "ExecutionEnded")) continue;
    const engine = engineFor(instance.instanceId, scenario.programs);
    const outcome = await engine.replay(events);
    engine.dispose();
    const last = events.at(-1) as HistoryEvent;
    if (outcome.kind === "fault") report("H5", `${instance.instanceId}: ${outcome.error.message}`);
    else if (isTerminal(last) !== (outcome.kind === "ended")) report("H5", `${instance.instanceId}: ${outcome.kind}`);
  }
}

function engineFor(instanceId: string, programs: readonly Program[]): ReplayEngine {
  return new ReplayEngine({
    instanceId,
    run: (ctx: OrchestrationContext, input: unknown) => interpret(ctx, programs, input as ProgramInput),
    limits: {
      payloadBytes: 1e6,
      events: 1e6,
      openOperations: 1e6,
      stateKeys: 100,
      nameBytes: 255,
      idBytes: 255,
      suggestContinueAfter: 1e6,
    },
    activityOf: (name) => ({ queue: name === "elsewhere" ? name : "default", policy: {} }),
    log: () => undefined,
    onFault: () => undefined,
  });
}

function checkResult({ scenario }: World, instance: ShadowInstance, report: Report): void {
  const { instanceId, executions, status } = instance;
  const [started] = executions[0] ?? [];
  const end = executions.at(-1)?.at(-1);
  if (started?.kind !== "OrchestrationStarted" || end?.kind !== "OrchestrationCompleted") {
    return report("result", `${instanceId} has ended as ${status}: ${JSON.stringify(end)}`);
  }
  const { program, version } = decodeValue(started.payload) as ProgramInput;
  const root = scenario.roots.find((one) => one.instanceId === instanceId);
  const messages = (root?.acts ?? []).flatMap((act) => (act.kind === "send" ? [act.value] : []));
  const expected = JSON.stringify(expectedResult(scenario.programs, program, { version, messages }));
  if (end.payload !== expected) report("result", `${instanceId} gave ${end.payload} instead of ${expected}`);
}

/** Whoever waited for an instance was told how it ended. */
function checkTold({ auditor }: World, { told }: ClientScript, instanceId: string, report: Report): void {
  const instance = auditor.shadow.instances.get(instanceId);
  const answer = told.get(instanceId);
  if (answer === undefined) return report("client", `nobody was told how ${instanceId} ended`);
  // Deleted, perhaps, and started again: then it was told of the first.
  if (instance === undefined || auditor.shadow.all.some((one) => one.isDeleted && one.instanceId === instanceId))
    return;
  const end = instance.executions.at(-1)?.at(-1);
  const isTrue =
    end?.kind === "OrchestrationCompleted"
      ? "result" in answer && JSON.stringify(answer.result) === end.payload
      : "error" in answer;
  if (!isTrue)
    report("client", `${instanceId} ended with ${end?.kind}, and the client heard ${JSON.stringify(answer)}`);
}
