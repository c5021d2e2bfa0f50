import type { Failure } from "../errors/index.ts";
import type { HistoryEvent } from "../history/index.ts";
import type { ExportedInstance } from "./instance-export.ts";

const nothing = '"(redacted)"';

/** Without any value of users: names, ids, times and kinds stay. */
export function redacted(instance: ExportedInstance): ExportedInstance {
  const { record, executions, state } = instance;
  return {
    ...instance,
    record: { ...record, customStatus: record.customStatus === null ? null : nothing },
    executions: executions.map(({ executionId, events }) => ({ executionId, events: events.map(redactedEvent) })),
    state: state.map(({ key }) => ({ key, payload: nothing })),
    // It is not going to be run, and there is nothing to be seen in them but values.
    messages: [],
    work: [],
    timers: [],
  };
}

function redactedEvent(event: HistoryEvent): HistoryEvent {
  const carried =
    event.kind === "OrchestrationStarted"
      ? {
          ...(event.customStatus !== undefined && { customStatus: nothing }),
          ...(event.state !== undefined && { state: event.state.map(({ key }) => ({ key, payload: nothing })) }),
        }
      : {};
  const attempts =
    "earlier" in event
      ? { earlier: event.earlier?.map((one) => ({ ...one, failure: redactedFailure(one.failure) })) ?? [] }
      : {};
  if ("payload" in event) return { ...event, ...carried, ...attempts, payload: nothing };
  return "failure" in event ? { ...event, ...attempts, failure: redactedFailure(event.failure) } : event;
}

function redactedFailure({ name, code, category }: Failure): Failure {
  return {
    name,
    message: "(redacted)",
    ...(code !== undefined && { code }),
    ...(category !== undefined && { category }),
  };
}
