import type { BrokenProvider } from "./broken-provider.ts";
import { brokenInspection } from "./inspection.ts";
import { brokenIsolation } from "./isolation.ts";
import { brokenLeases } from "./leases.ts";
import { brokenMessages } from "./messages.ts";
import { brokenOwnership } from "./ownership.ts";
import { brokenReading } from "./reading.ts";
import { brokenRemoval } from "./removal.ts";
import { brokenSessions } from "./sessions.ts";
import { brokenTexts } from "./texts.ts";
import { brokenTimers } from "./timers.ts";
import { brokenTransactions } from "./transactions.ts";
import { brokenTransfer } from "./transfer.ts";
import { brokenTurns } from "./turns.ts";
import { brokenWork } from "./work.ts";

/** Providers that each break one promise of the contract, made of a real one. */
export const brokenProviders: readonly BrokenProvider[] = [
  ...brokenLeases,
  ...brokenOwnership,
  ...brokenTurns,
  ...brokenIsolation,
  ...brokenMessages,
  ...brokenWork,
  ...brokenSessions,
  ...brokenTimers,
  ...brokenReading,
  ...brokenInspection,
  ...brokenRemoval,
  ...brokenTransactions,
  ...brokenTransfer,
  ...brokenTexts,
];
