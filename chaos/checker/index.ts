import type { LedgerReader } from "../ledger/ledger-reader.ts";
import { EffectCheck, type Isolation } from "./check-effects.ts";
import { FamilyCheck } from "./check-families.ts";
import { checkHistory } from "./check-history.ts";
import { checkLeftovers } from "./check-leftovers.ts";
import { checkOpen, readUnderWay } from "./check-open.ts";
import { recordedInstances } from "./recorded-instance.ts";
import type { InSnapshot } from "./store-rows.ts";
import type { Report } from "./violations.ts";

/** While faults are at work: what has not ended is whole, and waits for nothing that is not on its way. */
export async function checkRunning(inSnapshot: InSnapshot, report: Report): Promise<number> {
  return await inSnapshot(async (rows) => {
    const underWay = await readUnderWay(rows);
    let checked = 0;
    for await (const group of recordedInstances(rows, "i.status IN ('pending', 'running')")) {
      for (const instance of group) {
        checkHistory(instance, report);
        checkOpen(instance, underWay, report);
      }
      checked += group.length;
    }
    return checked;
  });
}

/** When everything has ended: all histories, against each other and against the ledger; and nothing is left over. */
export async function checkEnded(
  inSnapshot: InSnapshot,
  { ledger, isolations, report }: CheckedAgainst,
): Promise<number> {
  return await inSnapshot(async (rows) => {
    const effects = new EffectCheck(ledger.read(), isolations, report);
    const families = new FamilyCheck(report);
    let checked = 0;
    for await (const group of recordedInstances(rows, "1 = 1")) {
      for (const instance of group) {
        const { instanceId, status, quarantine } = instance;
        if (status === "pending" || status === "running") report("L1", `${instanceId} is still ${status}`);
        if (quarantine !== null) report("L1", `${instanceId} is quarantined: ${quarantine}`);
        checkHistory(instance, report);
        effects.instance(instance);
        families.instance(instance);
      }
      checked += group.length;
    }
    effects.end();
    families.end();
    await checkLeftovers(rows, report);
    return checked;
  });
}

interface CheckedAgainst {
  readonly ledger: LedgerReader;
  readonly isolations: readonly Isolation[];
  readonly report: Report;
}

export type { Isolation };
export { describeStuck } from "./describe-stuck.ts";
export { postgresSnapshots, sqliteSnapshots, type InSnapshot } from "./store-rows.ts";
export type { Violation } from "./violations.ts";
