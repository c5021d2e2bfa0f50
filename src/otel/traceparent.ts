import { type Context, isSpanContextValid, ROOT_CONTEXT, type SpanContext, trace } from "@opentelemetry/api";

/** The W3C form in which a span's context is stored with what it leads to; undefined for a span that is none. */
export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string | undefined {
  if (!isSpanContextValid({ traceId, spanId, traceFlags })) return undefined;
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

/** The context that a stored traceparent stands for; the root if it is none. */
export function contextFrom(traceparent: string | undefined): Context {
  const [, traceId = "", spanId = "", flags = ""] = form.exec(traceparent ?? "") ?? [];
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(spanContext) ? trace.setSpanContext(ROOT_CONTEXT, spanContext) : ROOT_CONTEXT;
}

const form = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/;
