import { metrics, type Meter, trace, type Tracer } from "@opentelemetry/api";
import type { Provider } from "../providers/contract.ts";
import { checkObject } from "../values/index.ts";
import { makeMetrics, makeStoreMetrics } from "./metrics.ts";
import { makeTraces } from "./traces.ts";

/** Where traces and metrics go; the global OpenTelemetry if nothing is said. */
export interface InstrumentOptions {
  /** Default: the global one, under the name `perdure`. */
  readonly tracer?: Tracer;
  /** Default: the global one, under the name `perdure`. */
  readonly meter?: Meter;
  /** A store whose queues are to be measured too: one query at each collection. */
  readonly provider?: Provider;
}

/**
 * Turns what Perdure does in this process into OpenTelemetry traces and metrics, until what it gives is called. Call it
 * once, after the SDK was set up.
 */
export function instrument(options: InstrumentOptions = {}): () => void {
  checkObject(options, "instrument options");
  const { tracer = trace.getTracer("perdure"), meter = metrics.getMeter("perdure"), provider } = options;
  const stops = [...makeTraces(tracer), ...makeMetrics(meter)];
  if (provider !== undefined) stops.push(makeStoreMetrics(meter, provider));
  return () => {
    for (const stop of stops.splice(0)) stop();
  };
}
