import { describe } from "node:test";
import { checkCapabilities } from "./capabilities.ts";
import { checkClients } from "./clients.ts";
import { checkDeletion } from "./deletion.ts";
import { checkHints } from "./hints.ts";
import { checkLeases } from "./leases.ts";
import { checkOwnership } from "./ownership.ts";
import type { OpenStore } from "./scene.ts";
import { checkSharing } from "./sharing.ts";
import { checkSuspects } from "./suspects.ts";
import { checkTimers } from "./timers.ts";
import { checkTurns } from "./turns.ts";
import { checkWork } from "./work.ts";

/** What every provider must do, whatever it stores in. */
export function checkContract(name: string, open: OpenStore): void {
  describe(name, () => {
    checkLeases(open);
    checkOwnership(open);
    checkSuspects(open);
    checkTurns(open);
    checkWork(open);
    checkTimers(open);
    checkCapabilities(open);
    checkClients(open);
    checkDeletion(open);
    checkHints(open);
    checkSharing(open);
  });
}
