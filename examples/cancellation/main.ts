import { setTimeout as delay } from "node:timers/promises";
import { activity, CancelledError, Client, mailbox, orchestration, Runtime, type TerminatedError } from "perdure";
import { SqliteProvider } from "perdure/sqlite";

const quote = activity("quote", async (ctx, supplier: { readonly name: string; readonly ms: number }) => {
  try {
    await delay(supplier.ms, undefined, { signal: ctx.signal });
    return supplier.name;
  } catch {
    console.log(`${supplier.name} is told to stop`);
    throw ctx.signal.reason;
  }
});

/** Takes the first quote, and gives up the others: their activities are told, and their slots are free. */
const fastest = orchestration("fastest", async (ctx) => {
  const rest = new AbortController();
  const suppliers = [
    { name: "Ada & Co", ms: 60_000 },
    { name: "Grace Ltd", ms: 50 },
  ];
  const first = await Promise.race(suppliers.map((supplier) => ctx.activity(quote, supplier, { signal: rest.signal })));
  rest.abort();
  return first;
});

const hold = activity("hold", (_ctx, room: string) => console.log(`${room} is held`));
const release = activity("release", (_ctx, room: string) => console.log(`${room} is free again`));
const payments = mailbox<number>("payments");

/** Holds a room until it is paid for. One that is cancelled still frees the room; then it lets the error through. */
const booking = orchestration("booking", async (ctx, room: string) => {
  await ctx.activity(hold, room);
  try {
    ctx.setCustomStatus("held");
    return await ctx.receive(payments);
  } catch (error) {
    if (error instanceof CancelledError) await ctx.activity(release, room);
    throw error;
  }
});

await using provider = await SqliteProvider.open(":memory:");
await using _runtime = await Runtime.start({
  provider,
  activities: [quote, hold, release],
  orchestrations: [fastest, booking],
});
const client = new Client(provider);

const race = await client.start(fastest);
console.log(`the first quote is from ${await race.result({ timeout: "30s" })}`);

async function untilHeld(instanceId: string): Promise<void> {
  while ((await client.getStatus(instanceId)).customStatus !== "held") await delay(5);
}

const first = await client.start(booking, "room 1", { instanceId: "booking-1" });
await untilHeld("booking-1");
await client.cancel("booking-1", "the guest called");
const cancelled = await first.result({ timeout: "30s" }).catch((error: unknown) => error);
console.log(`booking-1: ${(cancelled as CancelledError).message}`);

// At once, and without any clean-up: room 2 stays held.
const second = await client.start(booking, "room 2", { instanceId: "booking-2" });
await untilHeld("booking-2");
await client.terminate("booking-2", "the hotel has closed");
const terminated = await second.result({ timeout: "30s" }).catch((error: unknown) => error);
console.log(`booking-2: ${(terminated as TerminatedError).message}`);
