import { cancel } from "./cancel.ts";
import { chain } from "./chain.ts";
import { children } from "./children.ts";
import { fanOut } from "./fan-out.ts";
import { lettersAndExecutions } from "./letters.ts";
import { timers } from "./timers.ts";
import { transactions } from "./transactions.ts";
import type { MakeScenario } from "./scenario.ts";

export type { NoteEffect, Scenario } from "./scenario.ts";

export const scenarios = {
  chain,
  "fan-out": fanOut,
  children,
  "mailbox and continue-as-new": lettersAndExecutions,
  timers,
  cancel,
  transactions,
} as const satisfies Record<string, MakeScenario>;

export type ScenarioName = keyof typeof scenarios;
export const scenarioNames = Object.keys(scenarios) as ScenarioName[];
