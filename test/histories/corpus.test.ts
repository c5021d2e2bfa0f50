import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActivityPolicy } from "../../src/definition/index.ts";
import type { Failure } from "../../src/errors/index.ts";
import {
  type ExecutionEnded,
  type HistoryEvent,
  isTerminal,
  type OperationCancelled,
  type OrchestrationStarted,
  type SubOrchestrationScheduled,
  type TerminalEvent,
} from "../../src/history/index.ts";
import { eventShapes } from "../../src/history/shapes.ts";
import type { InstanceStatus } from "../../src/providers/contract.ts";
import { leafTags } from "../../src/values/tags.ts";
import type { ExportedInstance } from "../../src/transfer/index.ts";
import { executionsIn, recordings } from "./recordings.ts";

const files = recordings.map(({ read }) => read());
const instances = files.flatMap((file) => file.instances);
const events = files.flatMap(executionsIn).flatMap((execution) => execution.events);

const recordedWith = (field: string) =>
  new Set(events.flatMap((event) => (field in event ? [(event as unknown as Record<string, unknown>)[field]] : [])));

test("every kind of event that the source knows is in some recording, and no other", () => {
  assert.deepEqual(
    [...new Set(events.map(({ kind }) => kind))].toSorted(),
    [...eventShapes.keys()].map(String).toSorted(),
  );
});

test("so is every field of every kind, and of the optional ones also their absence", () => {
  const missing = [...eventShapes].flatMap(([kind, { checks }]) => {
    const ofKind = events.filter((event) => event.kind === kind);
    return checks.flatMap(([field, { accepts }]) => [
      ...(ofKind.some((event) => field in event) ? [] : [`${String(kind)}.${field}`]),
      ...(!accepts(undefined) || ofKind.some((event) => !(field in event)) ? [] : [`${String(kind)} without ${field}`]),
    ]);
  });
  assert.deepEqual(missing, []);
});

// Tables that do not compile when the type says more, or less.
const causes: Says<OperationCancelled["cause"]> = { cancel: true, signal: true };
const parentEnds: Says<NonNullable<SubOrchestrationScheduled["onParentEnd"]>> = { abandon: true, terminate: true };
const imposedEnds: Says<ExecutionEnded["status"]> = { cancelled: true, failed: true, terminated: true };
const ends: Says<TerminalEvent["kind"]> = {
  ExecutionEnded: true,
  OrchestrationCancelled: true,
  OrchestrationCompleted: true,
  OrchestrationContinuedAsNew: true,
  OrchestrationFailed: true,
};
// One that is pending has no history yet.
const statuses: Says<Exclude<InstanceStatus, "pending">> = {
  cancelled: true,
  completed: true,
  failed: true,
  running: true,
  terminated: true,
};
const policyFields: Says<keyof ActivityPolicy> = {
  heartbeatTimeoutMs: true,
  retry: true,
  scheduleToCloseMs: true,
  scheduleToStartMs: true,
  startToCloseMs: true,
};
const failureFields: Says<keyof Failure> = {
  category: true,
  cause: true,
  code: true,
  details: true,
  errors: true,
  message: true,
  name: true,
  stack: true,
};
type Says<T extends string> = { readonly [K in T]: true };

test("so is everything that a field can say", () => {
  assert.deepEqual(recordedWith("cause"), namesIn(causes));
  assert.deepEqual(recordedWith("onParentEnd"), namesIn(parentEnds));
  assert.deepEqual(recordedWith("status"), namesIn(imposedEnds));
  const policies = [...recordedWith("policy")].flatMap((policy) => Object.keys(policy as object));
  assert.deepEqual(new Set(policies), namesIn(policyFields));
  const failures = [...recordedWith("failure")].flatMap(partsOf);
  assert.deepEqual(new Set(failures), namesIn(failureFields));
});

test("so is every kind of end, and every status of an instance that has a history", () => {
  const lastEvents = files.flatMap(executionsIn).flatMap((execution) => execution.events.slice(-1));
  assert.deepEqual(new Set(lastEvents.filter(isTerminal).map(({ kind }) => kind)), namesIn(ends));
  assert.deepEqual(new Set(instances.map(({ record }) => record.status)), namesIn(statuses));
});

const namesIn = (table: object): ReadonlySet<unknown> => new Set(Object.keys(table));

/** The keys of a failure, of its causes and of what it gathers. */
function partsOf(failure: unknown): string[] {
  const { cause, errors = [], ...rest } = failure as { cause?: unknown; errors?: unknown[] };
  return [
    ...Object.keys(rest),
    ...(cause === undefined ? [] : ["cause", ...partsOf(cause)]),
    ...(errors.length === 0 ? [] : ["errors", ...errors.flatMap(partsOf)]),
  ];
}

test("so is every type of value that is stored in a form of its own", () => {
  const text = JSON.stringify(events);
  const tags = [...leafTags.keys(), "Map", "Set", "Object"];
  assert.deepEqual(
    tags.filter((name) => !text.includes(`{\\"$perdure\\":\\"${name}\\"`)),
    [],
  );
});

test("every execution that was continued as new is followed by one that takes over what it left", () => {
  let links = 0;
  for (const { instanceId, executions } of instances) {
    for (const [index, { executionId, events: before }] of executions.entries()) {
      const end = before.at(-1);
      const next = executions[index + 1];
      assert.equal(next !== undefined, end?.kind === "OrchestrationContinuedAsNew", `${instanceId} ${executionId}`);
      if (end?.kind !== "OrchestrationContinuedAsNew" || next === undefined) continue;
      links += 1;
      const [from, to] = [before[0], next.events[0]] as [OrchestrationStarted, OrchestrationStarted];
      assert.deepEqual(
        { runId: to.runId, executionId: to.executionId, parent: to.parent, startedAt: to.startedAt, input: to.payload },
        {
          runId: from.runId,
          executionId: executionId + 1,
          parent: from.parent,
          startedAt: from.startedAt,
          input: end.payload,
        },
      );
      assert.ok(to.at >= end.at);
      assert.deepEqual(new Map((to.state ?? []).map(({ key, payload }) => [key, payload])), stateAfter(before));
      const status = before.findLast((event) => event.kind === "CustomStatusSet")?.payload ?? from.customStatus;
      assert.equal(to.customStatus, status);
    }
  }
  assert.ok(links >= 5, `${links} links`);
});

function stateAfter(history: readonly HistoryEvent[]): Map<string, string> {
  const state = new Map<string, string>();
  for (const event of history) {
    if (event.kind === "OrchestrationStarted")
      for (const { key, payload } of event.state ?? []) state.set(key, payload);
    if (event.kind === "StateSet") state.set(event.key, event.payload);
    if (event.kind === "StateDeleted") state.delete(event.key);
  }
  return state;
}

test("every child names the event that started it, and its end is what the parent was told", () => {
  let children = 0;
  for (const { instanceId, executions } of instances) {
    const started = executions[0]?.events[0];
    if (started?.kind !== "OrchestrationStarted" || started.parent === undefined) continue;
    const { parent } = started;
    children += 1;
    const history = historyOf(parent.instanceId, parent.executionId);
    const scheduled = history[parent.eventId - 1];
    assert.ok(scheduled?.kind === "SubOrchestrationScheduled" && scheduled.instanceId === instanceId, instanceId);
    assert.deepEqual([scheduled.name, scheduled.payload], [started.name, started.payload]);
    const told = history.find(
      ({ kind, ...rest }) => isChildsEnd(kind) && "scheduledId" in rest && rest.scheduledId === parent.eventId,
    );
    if (told === undefined) continue;
    const end = executions.at(-1)?.events.at(-1);
    assert.deepEqual(contentOf(told), contentOf(end), instanceId);
  }
  assert.ok(children >= 8, `${children} children`);
});

const isChildsEnd = (kind: string): boolean =>
  kind === "SubOrchestrationCompleted" || kind === "SubOrchestrationFailed";

function historyOf(instanceId: string, executionId: number): readonly HistoryEvent[] {
  const found = instances.find((instance: ExportedInstance) => instance.instanceId === instanceId);
  return found?.executions.find((execution) => execution.executionId === executionId)?.events ?? [];
}

const contentOf = (event: HistoryEvent | undefined): unknown =>
  event === undefined ? undefined : "payload" in event ? event.payload : "failure" in event ? event.failure : undefined;
