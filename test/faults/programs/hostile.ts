// A node with honest orchestrations, and one whose code never yields or ends the process, as its argument says.
import { setTimeout as delay } from "node:timers/promises";
import { activity, orchestration } from "../../../src/definition/index.ts";
import { SqliteProvider } from "../../../src/providers/sqlite/index.ts";
import { Runtime } from "../../../src/runtime/index.ts";

type Behaviour = "spin" | "microtasks" | "exit" | "exit at once" | "kill" | "fixed";
const { file, behaviour } = JSON.parse(process.argv[2] ?? "{}") as { file: string; behaviour: Behaviour };

const step = activity("step", (_ctx, n: number) => n + 1);
const honest = orchestration("honest", async (ctx, steps: number) => {
  let n = 0;
  while (n < steps) n = await ctx.activity(step, n);
  return n;
});

const hostile = orchestration("hostile", async (ctx) => {
  if (behaviour === "exit at once") process.exit(1);
  await ctx.activity(step, 0);
  console.log("hostile");
  if (behaviour === "exit") process.exit(1);
  if (behaviour === "kill") process.kill(process.pid, "SIGKILL");
  for (;;) {
    if (behaviour === "fixed") return "fixed";
    if (behaviour === "microtasks") await Promise.resolve();
  }
});

const deadly = activity("deadly", { retry: { maxAttempts: 2 } }, async () => {
  await delay(150);
  process.exit(1);
});
const careful = orchestration("careful", async (ctx) => {
  try {
    return await ctx.activity(deadly);
  } catch (error) {
    return (error as { code?: string }).code;
  }
});

/** Longer than the deadly one lives: it could never end beside it. */
const patient = activity("patient", (ctx) => delay(400, ctx.attempt));
const bystander = orchestration("bystander", (ctx) => ctx.activity(patient));

await Runtime.start({
  provider: await SqliteProvider.open(file),
  orchestrations: [honest, hostile, careful, bystander],
  activities: [step, deadly, patient],
  leaseDuration: "5s",
  limits: { claimsWithoutCommit: 3 },
});
console.log("ready");
