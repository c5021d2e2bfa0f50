import { activity, mailbox, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const values = () => ({
  date: new Date("2026-03-01T12:00:00.000Z"),
  map: new Map<unknown, unknown>([
    ["a", 1],
    [{ key: 2 }, new Set([1, "two"])],
  ]),
  bigint: 2n ** 70n,
  numbers: [NaN, Infinity, -Infinity, -0, 0.1 + 0.2, Number.MAX_SAFE_INTEGER],
  nothing: [undefined, null, [], {}],
  bytes: new Uint8Array([0, 1, 254, 255]),
  buffer: new Uint8Array([1, 2, 3]).buffer,
  view: new DataView(new Uint8Array([4, 5, 6, 7]).buffer, 1, 2),
  integers: [new Int8Array([-1]), new Uint8ClampedArray([300]), new Int16Array([-2]), new Uint16Array([65_535])],
  long: [new Int32Array([-3]), new Uint32Array([4]), new BigInt64Array([-5n]), new BigUint64Array([2n ** 63n])],
  floats: [new Float16Array([0.5]), new Float32Array([1.25]), new Float64Array([1.5, -0, NaN])],
  pattern: /a"b\/c/giu,
  url: new URL("https://example.org/a?b=ü#c"),
  escaped: { $perdure: "Date", value: "this is a string", $perdureToo: 1 },
  text: 'quotes " and \\ and lines\n, an emoji 🙂, and a lone surrogate \ud800',
  ["__proto__"]: { polluted: true },
});

const echo = activity("echo", async (_ctx, value: unknown) => value);
const letters = mailbox<unknown>("letters");

/** Values that JSON cannot say, through every place in which a value is stored. */
const echoing = orchestration("echoing", async (ctx, input: unknown) => {
  ctx.setCustomStatus(values());
  ctx.state.set("values", values());
  const echoed = await ctx.activity(echo, input);
  const received = await ctx.receive(letters);
  return [echoed, received, values(), new TypeError("as a value", { cause: new Error("with a cause") })];
});

export const recorded = scenario({
  orchestrations: [echoing],
  activities: [echo],
  async run(env) {
    const handle = await env.start(echoing, values(), { instanceId: "echoing-1" });
    await handle.send(letters, values());
    await handle.result();
    return ["echoing-1"];
  },
});
