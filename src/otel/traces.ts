import { context, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import { type ActivityMessage, channels, type StartMessage, type TurnMessage } from "../observability/index.ts";
import { listen } from "./listen.ts";
import { contextFrom, traceparentOf } from "./traceparent.ts";

/**
 * Spans: `start NAME` where a client starts an instance, `turn NAME` for each committed turn, `activity NAME` for each
 * attempt. The context of the one is stored with what it leads to, so that a trace goes on over crashes and nodes. What
 * is replayed makes no spans: nobody is told of it.
 */
export function makeTraces(tracer: Tracer): (() => void)[] {
  const turns = new WeakMap<TurnMessage, Span>();
  const activities = new WeakMap<ActivityMessage, Span>();
  return [
    listen(channels.start, (message) => traceStart(tracer, message)),
    listen(channels.turnBegin, (message) => {
      const span = tracer.startSpan(
        `turn ${message.orchestration}`,
        {
          kind: SpanKind.CONSUMER,
          attributes: {
            "perdure.instance_id": message.instanceId,
            "perdure.run_id": message.runId,
            "perdure.execution_id": message.executionId,
            "perdure.orchestration": message.orchestration,
          },
        },
        contextFrom(message.parent),
      );
      setTrace(message, span);
      turns.set(message, span);
    }),
    listen(channels.turnEnd, (message) => endTurn(turns.get(message), message)),
    listen(channels.activityBegin, (message) => {
      const span = tracer.startSpan(
        `activity ${message.name}`,
        {
          kind: SpanKind.CONSUMER,
          attributes: {
            "perdure.instance_id": message.instanceId,
            "perdure.execution_id": message.executionId,
            "perdure.activity_id": message.activityId,
            "perdure.activity": message.name,
            "perdure.queue": message.queue,
            "perdure.attempt": message.attempt,
          },
        },
        contextFrom(message.parent),
      );
      activities.set(message, span);
      // Spans that the activity makes itself are its children.
      message.run = (activity) => context.with(trace.setSpan(context.active(), span), activity);
    }),
    listen(channels.activityEnd, (message) => endActivity(activities.get(message), message)),
  ];
}

function traceStart(tracer: Tracer, message: StartMessage): void {
  const attributes = { "perdure.instance_id": message.instanceId, "perdure.orchestration": message.name };
  const span = tracer.startSpan(`start ${message.name}`, { kind: SpanKind.PRODUCER, attributes });
  setTrace(message, span);
  span.end();
}

function setTrace(message: { trace?: string }, span: Span): void {
  const traceparent = traceparentOf(span.spanContext());
  if (traceparent !== undefined) message.trace = traceparent;
}

function endTurn(span: Span | undefined, { outcome, events, end }: TurnMessage): void {
  if (span === undefined) return;
  span.setAttributes({
    ...(outcome !== undefined && { "perdure.outcome": outcome }),
    ...(events !== undefined && { "perdure.events": events }),
    ...(end !== undefined && { "perdure.end": end }),
  });
  if (outcome === "fenced") span.setStatus({ code: SpanStatusCode.ERROR, message: "fenced: another node has it" });
  if (end === "OrchestrationFailed") span.setStatus({ code: SpanStatusCode.ERROR, message: "orchestration failed" });
  span.end();
}

function endActivity(span: Span | undefined, { outcome, error }: ActivityMessage): void {
  if (span === undefined) return;
  if (outcome !== undefined) span.setAttribute("perdure.outcome", outcome);
  if (outcome === "failed") {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof Error) span.recordException(error);
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
  span.end();
}
