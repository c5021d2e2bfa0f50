import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  type HistogramMetricData,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { activity, orchestration } from "../../src/definition/index.ts";
import { channels } from "../../src/observability/index.ts";
import { instrument, type InstrumentOptions } from "../../src/otel/index.ts";
import { inEveryMode } from "../support/world.ts";

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
after(() => context.disable());

/** The real SDK, with exporters that keep what they get. */
function sdk(options: InstrumentOptions = {}) {
  const spans = new InMemorySpanExporter();
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000_000 });
  const meters = new MeterProvider({ readers: [reader] });
  const tracer = tracers.getTracer("test");
  const stop = instrument({ tracer, meter: meters.getMeter("test"), ...options });
  return {
    tracer,
    spans: () => spans.getFinishedSpans(),
    metrics: async () => {
      exporter.reset();
      await reader.forceFlush();
      const all = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
      return new Map(all.map((metric) => [metric.descriptor.name, metric]));
    },
    [Symbol.asyncDispose]: async () => {
      stop();
      await tracers.shutdown();
      await meters.shutdown();
    },
  };
}

const named = (spans: readonly ReadableSpan[], name: string) => spans.filter((span) => span.name === name);
const idOf = (span: ReadableSpan | undefined) => span?.spanContext().spanId;

const inner = activity("inner", { retry: { maxAttempts: 2, initialInterval: 1 } }, (ctx) => {
  if (ctx.attempt === 1) throw new Error("not yet");
  return trace.getActiveSpan()?.spanContext().spanId;
});
const child = orchestration("child", async (ctx) => ctx.activity<string>("inner"));
const parent = orchestration("parent", async (ctx) => ctx.subOrchestration(child));

inEveryMode(
  "a trace goes from the client's start over turns and activities to children, and replay adds nothing",
  async (world) => {
    await using otel = sdk();
    await world.start({ orchestrations: [parent, child], activities: [inner] });
    const request = otel.tracer.startSpan("request");
    const handle = await context.with(trace.setSpan(context.active(), request), () => world.client.start(parent));
    const seen = await handle.result({ timeout: "20s" });
    request.end();
    await world.until("all turns were told of", () => named(otel.spans(), "turn parent@1.0.0").length === 2);
    const spans = otel.spans();
    assert.deepEqual([...new Set(spans.map((span) => span.spanContext().traceId))], [request.spanContext().traceId]);
    const [start] = named(spans, "start parent");
    assert.equal(start?.parentSpanContext?.spanId, request.spanContext().spanId);
    const turns = named(spans, "turn parent@1.0.0");
    assert.deepEqual(
      turns.map((span) => span.parentSpanContext?.spanId),
      [idOf(start), idOf(start)],
    );
    assert.equal(turns[1]?.attributes["perdure.end"], "OrchestrationCompleted");
    const childTurns = named(spans, "turn child@1.0.0");
    assert.deepEqual(
      childTurns.map((span) => span.parentSpanContext?.spanId),
      [idOf(turns[0]), idOf(turns[0])],
    );
    const attempts = named(spans, "activity inner");
    assert.deepEqual(
      attempts.map((span) => span.parentSpanContext?.spanId),
      [idOf(childTurns[0]), idOf(childTurns[0])],
    );
    assert.deepEqual(
      attempts.map((span) => [span.attributes["perdure.attempt"], span.attributes["perdure.outcome"]]),
      [
        [1, "failed"],
        [2, "completed"],
      ],
    );
    assert.equal(attempts[0]?.events[0]?.name, "exception");
    assert.equal(seen, idOf(attempts[1]), "the activity's own spans are its children");
  },
);

inEveryMode("metrics count what happened, by value", async (world) => {
  await using otel = sdk({ provider: world.provider });
  const node = await world.start({ orchestrations: [parent, child], activities: [inner] });
  await (await world.client.start(parent)).result({ timeout: "20s" });
  await world.client.start("nobody", null, { instanceId: "waits" });
  await node.stop();
  const metrics = await otel.metrics();
  const histogram = (name: string) => (metrics.get(name) as HistogramMetricData | undefined)?.dataPoints ?? [];
  const turns = histogram("perdure.turn.duration");
  assert.equal(
    turns.reduce((sum, { value }) => sum + value.count, 0),
    4,
  );
  assert.ok(turns.every(({ value }) => (value.min ?? 0) > 0 && (value.max ?? 0) < 60_000));
  const attempts = histogram("perdure.activity.duration");
  assert.deepEqual(
    new Map(attempts.map(({ attributes, value }) => [attributes["outcome"], value.count])),
    new Map([
      ["completed", 1],
      ["failed", 1],
    ]),
  );
  const value = (name: string) => metrics.get(name)?.dataPoints[0]?.value;
  assert.equal(value("perdure.instances.hydrated"), 0, "all were let go of");
  assert.equal(value("perdure.queue.instances"), 1, "one waits for a node");
  assert.equal(value("perdure.instances.quarantined"), 0);
  assert.ok((histogram("perdure.commit.batch_size")[0]?.value.sum ?? 0) >= 4);
  assert.equal(metrics.get("perdure.lease.changes")?.dataPoints[0]?.attributes["what"], "held");
});

inEveryMode("every metric that the reference names is given, by value", async (world) => {
  await using otel = sdk({ provider: world.provider });
  const absent = activity("absent", { queue: "gpu", scheduleToStart: "1h" }, () => null);
  const waiting = orchestration("waiting", async (ctx) => {
    const open = Promise.all([ctx.activity(absent), ctx.sleep("1h")]);
    await ctx.receive("go");
    await open;
  });
  const first = await world.start({ orchestrations: [waiting, child, parent], activities: [inner] });
  await (await world.client.start(parent)).result({ timeout: "20s" });
  await world.client.start(waiting, undefined, { instanceId: "w" });
  const length = async () => (await world.client.getHistory("w")).length;
  await world.until("it waits", async () => (await length()) === 4);
  await first.stop();
  const second = await world.start({ orchestrations: [waiting] });
  await world.client.send("w", "go", null);
  await world.until("it was replayed", async () => (await length()) === 5);
  await second.stop();
  channels.commit.tell({ turns: 2, results: 1, fenced: 2, ms: 5 });
  const metrics = await otel.metrics();
  const reference = readFileSync("docs/reference/telemetry.md", "utf8");
  const named = reference
    .split("\n")
    .flatMap((line) => line.match(/^\| `perdure\.[^|]*/)?.[0].match(/perdure\.[\w.]+/g) ?? []);
  const isMetric = (name: string) => !/^perdure\.(instance_id|run_id|orchestration)$/.test(name);
  assert.deepEqual(new Set(metrics.keys()), new Set(named.filter(isMetric)));
  const points = (name: string) => metrics.get(name)?.dataPoints ?? [];
  const sum = (name: string) =>
    (points(name) as HistogramMetricData["dataPoints"]).reduce((all, { value }) => all + value.count, 0);
  const value = (name: string) => points(name)[0]?.value;
  assert.deepEqual(
    points("perdure.activity.wait").map(({ attributes }) => attributes),
    [{ activity: "inner", queue: "default" }],
  );
  assert.equal(sum("perdure.activity.wait"), 2, "one for each attempt");
  assert.ok(sum("perdure.replay.duration") >= 1);
  assert.ok((value("perdure.replay.events") as number) >= 4);
  assert.ok(sum("perdure.commit.duration") >= 4);
  assert.equal(value("perdure.commit.fenced"), 2);
  assert.deepEqual(
    [points("perdure.queue.work"), points("perdure.queue.age")].map((all) => all.map(({ attributes }) => attributes)),
    [[{ queue: "gpu", activity: "absent" }], [{ queue: "gpu", activity: "absent" }]],
  );
  assert.equal(value("perdure.queue.work"), 1);
  assert.ok((value("perdure.queue.age") as number) >= 0);
  assert.equal(value("perdure.queue.timers"), 1);
});

test("with nobody listening nothing is told, and what was instrumented ends", () => {
  const all = Object.values(channels);
  const before = all.map(({ hasListeners }) => hasListeners);
  const stop = instrument({});
  assert.ok(all.every(({ hasListeners }) => hasListeners));
  stop();
  stop();
  assert.deepEqual(
    all.map(({ hasListeners }) => hasListeners),
    before,
  );
});
