import { type Ledger, type LedgerEntry, refOf } from "./cloud/resource.ts";
import type { Job } from "./job.ts";
import type { Outcome } from "./outcome.ts";
import { type Crash, type Histories, isContinuedBy, recordedCreations } from "./recovery.ts";

export interface Check {
  readonly holds: boolean;
  readonly claim: string;
}

export interface Evidence {
  readonly ledger: Ledger;
  readonly ended: readonly { readonly job: Job; readonly outcome: Outcome }[];
  readonly histories: Histories;
  /** Undefined if the worker was not killed. */
  readonly crash: Crash | undefined;
  readonly isCrashExpected: boolean;
}

/** What must be true in the end, by the books of the cloud, which knows nothing of orchestrations. */
export function checksOf(evidence: Evidence): Check[] {
  const { creations, distinctResources, doubleProvisioningAttempts } = evidence.ledger;
  return [
    { holds: creations === distinctResources, claim: `${creations} creations of ${distinctResources} resources` },
    { holds: doubleProvisioningAttempts === 0, claim: `${doubleProvisioningAttempts} attempts to provision twice` },
    ...evidence.ended.map(({ job, outcome }) => allOrNothing(job, outcome, evidence.ledger)),
    ...(evidence.crash === undefined ? noCrashChecks(evidence) : crashChecks(evidence.crash, evidence)),
  ];
}

export const entriesOf = ({ name }: Job, { entries }: Ledger): LedgerEntry[] =>
  entries.filter(({ resource }) => resource.owner === name);

const refusals = new Set<unknown>(["ImageNotFound", "QuotaExceeded"]);

function allOrNothing(job: Job, outcome: Outcome, ledger: Ledger): Check {
  const left = entriesOf(job, ledger).filter(({ deletedAt }) => deletedAt === null);
  if (outcome.status === "completed") {
    const names = new Set(left.map(({ resource }) => refOf(resource)));
    const holds = names.size === job.resources.length && job.resources.every((ref) => names.has(ref));
    return { holds, claim: `${job.name}: ${left.length} of ${job.resources.length} resources exist` };
  }
  return {
    holds: left.length === 0 && refusals.has(outcome.code),
    claim: `${job.name}: refused by the cloud (${outcome.code ?? outcome.reason}), ${left.length} resources left`,
  };
}

function noCrashChecks({ isCrashExpected }: Evidence): Check[] {
  return isCrashExpected ? [{ holds: false, claim: "the worker was never killed: no request was ever halfway" }] : [];
}

function crashChecks(crash: Crash, { ledger, histories }: Evidence): Check[] {
  const recorded = recordedCreations(crash.histories);
  const asked = ledger.entries.filter(
    ({ resource, requestedAt }) => recorded.has(refOf(resource)) && requestedAt.some((at) => at >= crash.restartedAt),
  );
  return [
    {
      holds: recorded.size > 0 && recorded.size < ledger.creations,
      claim: `${recorded.size} of ${ledger.creations} creations were recorded when the worker was killed`,
    },
    {
      holds: asked.length === 0,
      claim: `${asked.length} of those ${recorded.size} were executed again`,
    },
    { holds: isContinuedBy(crash.histories, histories), claim: "every history goes on from where it was" },
  ];
}
