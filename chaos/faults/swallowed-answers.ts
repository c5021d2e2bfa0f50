import { setTimeout as delay } from "node:timers/promises";
import { type Fault, onPostgres } from "./fault.ts";

// What is called by name says no more than that.
const commits = ["commit_batch", "commit_fused_turn"];
const writes = [...commits, "fetch_instances", "fetch_work", "fire_timers", "renew_lease"];

/** Statements that are executed and committed, and whose answer never comes: mostly those that commit turns. */
export const swallowedAnswers: Fault = {
  kind: "swallowed answers",
  stores: onPostgres,
  async strike(field, random) {
    const { proxy } = random.pick(field.fleet.berths);
    const what = random.next() < 0.6 ? commits : writes;
    await Promise.race([proxy?.swallowAnswersTo(what, 1 + Math.floor(random.next() * 5)), delay(5_000)]);
    proxy?.stopSwallowing();
  },
};
