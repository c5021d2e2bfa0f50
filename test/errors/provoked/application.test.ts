import { activity, mailbox, type Schema } from "../../../src/definition/index.ts";
import { Client } from "../../../src/client/index.ts";
import { NonRetryableError, RetryAfterError } from "../../../src/errors/index.ts";
import { provokes, resultOf, run } from "./provokes.ts";

const failing = (error: () => Error) =>
  activity("failing", () => {
    throw error();
  });

const nothingWillDo: Schema<never> = {
  "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "no" }] }) },
};

provokes("ACTIVITY_FAILED", (world) =>
  resultOf(run(world, (ctx) => ctx.activity("failing"), { activities: [failing(() => new Error("out of paper."))] })),
);

provokes("NON_RETRYABLE", (world) => {
  const activities = [failing(() => new NonRetryableError("the card is stolen."))];
  return resultOf(
    run(world, (ctx) => ctx.activity("failing", undefined, { retry: { maxAttempts: 5 } }), { activities }),
  );
});

provokes("RETRY_AFTER", (world) => {
  const activities = [failing(() => new RetryAfterError("too many requests.", "1h"))];
  return resultOf(run(world, (ctx) => ctx.activity("failing"), { activities }));
});

provokes("TIMEOUT", (world) => resultOf(run(world, (ctx) => ctx.receive("answers", { timeout: 1 }))));

provokes("VALIDATION", async (world) => {
  await run(world, (ctx) => ctx.receive("answers"));
  await world.client.send("one", mailbox("answers", nothingWillDo), 1 as never);
});

provokes("INSTANCE_NOT_FOUND", (world) => world.client.getStatus("nobody"));

provokes("INSTANCE_EXISTS", async (world) => {
  await world.client.start("order", 1, { instanceId: "one" });
  await world.client.start("order", 1, { instanceId: "one", onConflict: "fail" });
});

provokes("INSTANCE_ENDED", async (world) => {
  await resultOf(run(world, () => 1));
  await world.client.send("one", "answers", 1);
});

provokes("MAILBOX_FULL", async (world) => {
  const client = new Client(world.provider, { limits: { mailboxDepth: 1 } });
  await client.start("order", 1, { instanceId: "one" });
  for (const answer of [1, 2]) await client.send("one", "answers", answer);
});

provokes("INSTANCE_RUNNING", async (world) => {
  await world.client.start("order", 1, { instanceId: "one" });
  await world.client.delete("one");
});

provokes("INSTANCE_DELETED", async (world) => {
  const handle = await world.client.start("order", 1, { instanceId: "one" });
  const result = handle.result();
  await Promise.all([result, world.client.delete("one", { force: true })]);
});
