import { setTimeout as delay } from "node:timers/promises";
import { type Fault, onPostgres } from "./fault.ts";

const writes = ["commit_batch(", "fetch_instances(", "fetch_work(", "fire_timers(", "renew_lease("];

/** Statements that are executed and committed, and whose answer never comes: mostly those that commit turns. */
export const swallowedAnswers: Fault = {
  kind: "swallowed answers",
  stores: onPostgres,
  async strike(field, random) {
    const { proxy } = random.pick(field.fleet.berths);
    const what = random.next() < 0.6 ? writes.slice(0, 1) : writes;
    await Promise.race([proxy?.swallowAnswersTo(what, 1 + Math.floor(random.next() * 5)), delay(5_000)]);
    proxy?.stopSwallowing();
  },
};
