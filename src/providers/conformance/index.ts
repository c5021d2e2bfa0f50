import { InvalidArgumentError } from "../../errors/index.ts";
import { cancellation } from "./cancellation.ts";
import { capabilities } from "./capabilities.ts";
import type { ProviderCheck } from "./check.ts";
import { clients } from "./clients.ts";
import { deletion } from "./deletion.ts";
import { deliveries } from "./deliveries.ts";
import { executions } from "./executions.ts";
import { fairness } from "./fairness.ts";
import { fusedTurns } from "./fused-turns.ts";
import { hints } from "./hints.ts";
import { inspection } from "./inspection.ts";
import { isolation } from "./isolation.ts";
import { leases } from "./leases.ts";
import { listing } from "./listing.ts";
import { messages } from "./messages.ts";
import { ownership } from "./ownership.ts";
import { resends } from "./resends.ts";
import { retention } from "./retention.ts";
import type { OpenStore } from "./scene.ts";
import { sessions } from "./sessions.ts";
import { sharing } from "./sharing.ts";
import { suspects } from "./suspects.ts";
import { texts } from "./texts.ts";
import { time } from "./time.ts";
import { timers } from "./timers.ts";
import { transactions } from "./transactions.ts";
import { transfer } from "./transfer.ts";
import { turns } from "./turns.ts";
import { work } from "./work.ts";

export type { Clock } from "../clock.ts";
export type { ProviderCheck } from "./check.ts";
export type { OpenStore, StoreUnderTest } from "./scene.ts";

/** All that every provider must do, whatever it stores in, each check with its number. */
export const providerChecks: readonly ProviderCheck[] = [
  ...leases,
  ...ownership,
  ...fairness,
  ...suspects,
  ...turns,
  ...fusedTurns,
  ...resends,
  ...executions,
  ...isolation,
  ...messages,
  ...cancellation,
  ...work,
  ...deliveries,
  ...sessions,
  ...transactions,
  ...timers,
  ...capabilities,
  ...clients,
  ...listing,
  ...inspection,
  ...deletion,
  ...retention,
  ...hints,
  ...sharing,
  ...transfer,
  ...time,
  ...texts,
];

/**
 * Registers the checks as tests, named by number, with whatever runs tests: `node:test`, Vitest, Jest.
 *
 *     import { test } from "node:test";
 *     import { checkProvider } from "perdure/conformance";
 *
 *     checkProvider(async (clock) => { ... }, { test });
 *
 * `isShared: false` is for a store that one process has to itself; `sections` chooses some parts only, by the names that
 * `ProviderCheck.section` has. Throws `InvalidArgumentError` for a section that does not exist.
 */
export function checkProvider(
  open: OpenStore,
  options: {
    readonly test: (name: string, run: () => Promise<void>) => unknown;
    readonly isShared?: boolean;
    readonly sections?: readonly string[];
  },
): void {
  const { test, isShared = true, sections } = options;
  refuseUnknown(sections ?? []);
  for (const check of providerChecks) {
    if (check.isForSharedStores && !isShared) continue;
    if (sections !== undefined && !sections.includes(check.section)) continue;
    test(`${check.id} ${check.title}`, () => check.run(open));
  }
}

// A name that was mistyped would choose nothing, and nothing passes.
function refuseUnknown(sections: readonly string[]): void {
  const known = [...new Set(providerChecks.map(({ section }) => section))];
  const unknown = sections.find((section) => !known.includes(section));
  if (unknown === undefined) return;
  throw new InvalidArgumentError(
    `There is no section ${JSON.stringify(unknown)}. The sections are: ${known.join(", ")}.`,
  );
}
