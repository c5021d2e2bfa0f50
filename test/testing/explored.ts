import { type OrchestrationContext, orchestration } from "../../src/definition/index.ts";
import type { ExploreReport } from "../../src/testing/index.ts";

export const part = async (index: number): Promise<string> => `p${index}`;

const parts = (ctx: OrchestrationContext, count: number) =>
  Array.from({ length: count }, (_, index) => ctx.activity<string>("part", index));

export const joined = orchestration("joined", async (ctx, count: number) =>
  (await Promise.all(parts(ctx, count))).join(),
);

export const raced = orchestration("raced", async (ctx, count: number) => {
  const order: string[] = [];
  await Promise.all(parts(ctx, count).map(async (one) => order.push(await one)));
  return order.join();
});

export const values = ({ outcomes }: ExploreReport) =>
  outcomes.map(({ outcome: { status, value } }) => value ?? status);
