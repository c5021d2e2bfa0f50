import type { Orchestration } from "../../definition/index.ts";
import { guarded } from "../guarded.ts";
import { type ExploreOptions, explorationPlan } from "./plan.ts";
import { type ExploreReport, exploreReport } from "./report.ts";
import { search } from "./search.ts";

/**
 * Runs an orchestration under every order in which things can happen, and with a crash before every step, and reports
 * what comes of it:
 *
 *     const report = await explore(checkout, {
 *       input: order,
 *       activities: { charge: async (order: Order) => ({ id: `r-${order.id}` }), reserve: async () => "reserved" },
 *       messages: [{ mailbox: approvals, data: true }],
 *     });
 *     report.assertOk();
 *     report.assertOrderInsensitive();
 *
 * It is the library's own turns, children and timers, in memory; time passes at once. The schedules that deviate least
 * from everything being quick come first, so what is reported is reported with a small schedule. Beyond `maxSchedules`
 * a part of the orders is chosen at random. The same call explores the same schedules.
 *
 * Rejects with `InvalidArgumentError` if an activity or a child is not given, and with `StuckTestError` if an activity
 * does not end.
 */
export function explore<I, O>(orchestration: Orchestration<I, O>, options: ExploreOptions<I>): Promise<ExploreReport> {
  return guarded(async () => {
    const plan = explorationPlan(orchestration, options);
    return exploreReport(orchestration.name, await search(plan));
  });
}
