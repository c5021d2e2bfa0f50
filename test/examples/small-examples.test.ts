import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { examples, linesOf, temporaryFolder } from "./run-example.ts";

test("every example has a page, and a line in the index", () => {
  const folders = readdirSync(examples, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const index = readFileSync(join(examples, "README.md"), "utf8");
  const wanting = folders
    .map(({ name }) => name)
    .filter((name) => !existsSync(join(examples, name, "README.md")) || !index.includes(`](${name}/README.md)`));
  assert.deepEqual(wanting, []);
});

test("hello greets, and when it is run again it only gives the result", async (t) => {
  const store = join(temporaryFolder(t), "hello.db");
  const first = await linesOf("hello", { args: [store] });
  assert.deepEqual(first.toSorted(), ["Hello Ada, Hello Grace", "greeting Ada", "greeting Grace"]);
  assert.deepEqual(await linesOf("hello", { args: [store] }), ["Hello Ada, Hello Grace"]);
});

test("checkout waits for an approval, and ships", async () => {
  const lines = await linesOf("checkout");
  assert.equal(lines[0], "{ receipt: 'receipt for 1200', parcel: 'parcel of order-42' }");
  assert.deepEqual(lines.slice(-2), ["11 ActivityCompleted", "12 OrchestrationCompleted"]);
});

test("approval pays what is small or approved, and refuses what nobody answers", async () => {
  const lines = await linesOf("approval");
  assert.deepEqual(lines.slice(0, 2).toSorted(), ["paid 12 for coffee", "paid 700 for a flight"]);
  assert.deepEqual(lines.slice(2), [
    "coffee: paid",
    "a flight: paid",
    "a yacht: refused by Ada",
    "a chair: refused: nobody answered in time",
  ]);
});

test("heartbeats goes on where its last attempt came to, and gives up what is not there", async () => {
  const pages = ["  0: Ada", "  1: Grace", "  2: Edsger", "  3: Barbara", "  4: Tony", "  5: Frances"];
  assert.deepEqual(await linesOf("heartbeats"), [
    "attempt 1 begins at page 0",
    ...pages.slice(0, 2),
    "attempt 2 begins at page 2",
    ...pages.slice(2, 3),
    "attempt 3 begins at page 3",
    ...pages.slice(3),
    "imported 6 pages",
    "OrchestrationStarted, ActivityScheduled, ActivityCompleted, OrchestrationCompleted",
    "attempt 1 begins at page 0",
    ...pages,
    "NO_SUCH_PAGE at attempt 1: there is no page 6",
  ]);
});

test("cancellation stops the loser of a race, cleans up when cancelled, and does not when terminated", async () => {
  const lines = await linesOf("cancellation");
  assert.deepEqual(lines.slice(0, 2).toSorted(), ["Ada & Co is told to stop", "the first quote is from Grace Ltd"]);
  assert.deepEqual(lines.slice(2), [
    "room 1 is held",
    "room 1 is free again",
    "booking-1: Cancelled: the guest called",
    "room 2 is held",
    "booking-2: Terminated: the hotel has closed",
  ]);
});

test("saga undoes everything in reverse order", async () => {
  assert.deepEqual(await linesOf("saga"), [
    "booked the flight at attempt 1",
    "booked the hotel at attempt 3",
    "there was no car to cancel",
    "cancelled the hotel",
    "cancelled the flight",
    "not booked: no cars are left",
    "left over: 0 bookings",
  ]);
});

test("transactions stores all of an order, or none of it, and takes its money once", async () => {
  assert.deepEqual(await linesOf("transactions"), [
    "yacht is not taken",
    "shipping lamp",
    "balance after the lamp: 70",
    "orders: 1, payments: 1, instances: 1",
  ]);
});

test("eternal-monitor raises one alarm and one all-clear, over several executions", async () => {
  assert.deepEqual(await linesOf("eternal-monitor"), [
    "down: check 6 is the third in a row that failed",
    "up again at check 9",
    "Cancelled: the example is over",
    "execution 1: continuedAsNew",
    "execution 2: continuedAsNew",
    "execution 3: continuedAsNew",
    "pruned all but the last: true",
  ]);
});

test("versions keeps each order with its version, and notices a changed one", async () => {
  assert.deepEqual(await linesOf("versions"), [
    "Monday: only 1.0.0 is deployed.",
    "Tuesday: 2.0.0 comes beside it. A start by name takes the latest; what has begun keeps its version.",
    "  reserving table",
    "  packing lamp",
    "  lamp went out by 1.0.0",
    "  packing table",
    "  table went out by 2.0.0",
    "Wednesday: somebody changes 1.0.0 itself. It is noticed, and nothing is guessed.",
    '  the history says: a receive from mailbox "paid"',
    '  the code does:    activity "reserve"',
  ]);
});

test("state is carried over executions, and anybody may look", async () => {
  assert.deepEqual(await linesOf("state"), [
    "chair: 4",
    "lamp: 2",
    "total: 6",
    "checked out: 6 pieces",
    "executions: 2",
  ]);
});

test("validation refuses bad data where it is given, or else where it arrives", async () => {
  assert.deepEqual(await linesOf("validation"), [
    "refused: count must be a whole number from 1",
    "refused: must be a positive number",
    "2 x lamp for 80",
    "on the way: a payment could not be read",
  ]);
});

test("encryption leaves nothing readable in the store, and keys can be changed", async () => {
  const inStore = (key: string) => [
    `  in the store: aes1:${key} and aes1:${key}`,
    `  in the store: aes1:${key} and aes1:${key}`,
  ];
  assert.deepEqual(await linesOf("encryption"), [
    "visit-1: Dear Ada, all is well.",
    ...inStore("2026"),
    "visit-2: Dear Grace, all is well.",
    ...inStore("2027"),
    "still readable: Dear Ada, all is well.",
    "without the keys: not readable",
  ]);
});

test("fan-out does a few at a time, and is not stopped by one that is broken", async () => {
  assert.deepEqual(await linesOf("fan-out"), [
    "29 of 30 pictures are resized, in 31 attempts",
    "at most 4 at once",
    "picture-7: it is a text file",
  ]);
});

test("sub-orchestrations ships from elsewhere what one child could not", async () => {
  assert.deepEqual(await linesOf("sub-orchestrations"), [
    "Bergen: lamp, by ship",
    "Turin: chair and table, by bicycle",
    "order-7 completed",
    "  order-7-Bergen completed",
    "  order-7-Lyon cancelled",
    "  order-7-Turin completed",
  ]);
});

test("nightly-report goes on by itself, and a report that is late holds up no other", async () => {
  assert.deepEqual(await linesOf("nightly-report"), [
    "2026-03-02 02:00  2026-03-01: 10 orders",
    "2026-03-04 02:00  2026-03-03: 30 orders",
    "2026-03-04 10:00  2026-03-02: 20 orders",
    "2026-03-05 02:00  2026-03-04: 40 orders",
    "nightly: cancelled, in its execution 5",
    "reports: 4",
  ]);
});
