import type { LedgerWriter } from "../ledger/ledger-writer.ts";
import { activitiesOn } from "./activities.ts";
import { chain } from "./chain.ts";
import { cancelled, terminated } from "./ended-from-outside.ts";
import { family } from "./family.ts";
import { fanOut } from "./fan-out.ts";
import { correspondence } from "./correspondence.ts";
import { timers } from "./timers.ts";

/** Everything that an application does, in small: what the nodes run, and the driver starts. */
export function workload(ledger: LedgerWriter) {
  const activities = activitiesOn(ledger);
  const kinds = [chain, fanOut, family, timers, correspondence, cancelled, terminated].map((of) => of(activities));
  return {
    kinds,
    orchestrations: kinds.flatMap(({ orchestrations }) => orchestrations),
    activities: Object.values(activities),
  };
}
