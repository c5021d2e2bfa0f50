import { activity, ActivityError, Client, NonRetryableError, orchestration, Runtime } from "perdure";
import { SqliteProvider } from "perdure/sqlite";

// Stands for three services, each of which knows the idempotency keys that it has seen.
const booked = new Map<string, string>();

const book = activity("book", { retry: { maxAttempts: 5, initialInterval: "50ms" } }, async (ctx, what: string) => {
  if (what === "car") throw new NonRetryableError("no cars are left", { code: "SOLD_OUT" });
  if (what === "hotel" && ctx.attempt < 3) throw new Error("the hotel does not answer");
  booked.set(what, ctx.idempotencyKey);
  console.log(`booked the ${what} at attempt ${ctx.attempt}`);
});

// Undoing has nowhere to fail to, so it is tried for longer. What was never booked is not an error.
const cancelBooking = activity("cancel-booking", { retry: { maxAttempts: 100 } }, async (_ctx, what: string) => {
  console.log(booked.delete(what) ? `cancelled the ${what}` : `there was no ${what} to cancel`);
});

const bookTrip = orchestration("book-trip", async (ctx, parts: string[]) => {
  const undo: string[] = [];
  try {
    for (const part of parts) {
      undo.unshift(part); // Before the attempt: one that fails may have had its effect all the same.
      await ctx.activity(book, part);
    }
    return "booked";
  } catch (error) {
    for (const part of undo) await ctx.activity(cancelBooking, part);
    if (error instanceof ActivityError && error.code === "SOLD_OUT") return `not booked: ${error.message}`;
    throw error;
  }
});

await using provider = await SqliteProvider.open(":memory:");
await using _runtime = await Runtime.start({ provider, activities: [book, cancelBooking], orchestrations: [bookTrip] });

const handle = await new Client(provider).start(bookTrip, ["flight", "hotel", "car"]);
console.log(await handle.result({ timeout: "30s" }));
console.log(`left over: ${booked.size} bookings`);
