import { activity, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const part = activity("part", async (_ctx, name: string) => name);
const faulty = activity("faulty", async () => {
  throw new Error("this part is broken");
});

/** Native promises, nested; what comes of them depends on nothing but the order in the history. */
const fanOut = orchestration("fanOut", async (ctx) => {
  const order: string[] = [];
  const traced = async (name: string) => {
    const value = await ctx.activity(part, name);
    order.push(value);
    return value;
  };
  const chain = async (name: string) => [await traced(`${name}1`), await traced(`${name}2`)];
  const all = await Promise.all([chain("a"), chain("b"), traced("c")]);
  const any = await Promise.any([ctx.activity(faulty), traced("d"), traced("e")]);
  const settled = await Promise.allSettled([ctx.activity(faulty), Promise.race([traced("f"), ctx.sleep("1d")])]);
  const statuses = settled.map(({ status }) => status);
  const failed = await Promise.any([ctx.activity(faulty), ctx.activity(faulty)]).catch(
    (error: AggregateError) => error.errors.length,
  );
  return { all, any, statuses, failed, order };
});

export const recorded = scenario({
  orchestrations: [fanOut],
  activities: [part, faulty],
  async run(env) {
    await (await env.start(fanOut, undefined, { instanceId: "fan-out-1" })).result();
    return ["fan-out-1"];
  },
});
