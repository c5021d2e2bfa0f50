import { activity, orchestration } from "../../../src/definition/index.ts";
import { type ActivityError, NonRetryableError } from "../../../src/errors/index.ts";
import { scenario } from "../scenario.ts";

class CardError extends Error {
  override readonly name = "CardError";
  readonly code = "CARD_DECLINED";
  readonly limit: number;

  constructor(message: string, limit: number, cause: unknown) {
    super(message, { cause });
    this.limit = limit;
  }
}

const pay = activity("pay", async () => {
  const network = Object.assign(new Error("the line was cut"), { code: "ECONNRESET" });
  throw new CardError("declined", 40, new TypeError("no answer", { cause: network }));
});
const check = activity("check", async () => {
  throw new AggregateError([new RangeError("too many"), new NonRetryableError("too old")], "two things are wrong");
});

/** An error with the whole chain of its causes goes through, is caught and thrown on. */
const purchase = orchestration("purchase", async (ctx) => {
  await ctx.activity(check).catch((error: ActivityError) => ctx.setCustomStatus(error.cause));
  try {
    await ctx.activity(pay);
  } catch (error) {
    throw new Error("the purchase failed", { cause: error });
  }
});

/** Something that is no error is thrown, and a child's failure is the parent's. */
const shop = orchestration("shop", async (ctx) => {
  await ctx.subOrchestration(purchase, undefined, { instanceId: "purchase-1" });
});
const thrower = orchestration("thrower", async () => {
  // oxlint-disable-next-line typescript/only-throw-error
  throw { no: "error", at: new Date(0) };
});

export const recorded = scenario({
  orchestrations: [shop, purchase, thrower],
  activities: [pay, check],
  async run(env) {
    const shopping = await env.start(shop, undefined, { instanceId: "shop-1" });
    await shopping.result().catch(() => undefined);
    await (await env.start(thrower, undefined, { instanceId: "thrower-1" })).result().catch(() => undefined);
    return ["shop-1", "thrower-1"];
  },
});
