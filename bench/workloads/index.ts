import type { Workload } from "../support/workload.ts";
import { chainOf10, chainOf5, hello } from "./chain.ts";
import { coldReplay } from "./cold-replay.ts";
import { fanOut } from "./fan-out.ts";
import { latency } from "./latency.ts";
import { longInstances } from "./long-instance.ts";
import { recovery } from "./recovery.ts";
import { startUp } from "./start-up.ts";
import { timers } from "./timers.ts";
import { twoProcesses } from "./two-processes.ts";
import { waiting } from "./waiting.ts";

export const workloads: readonly Workload[] = [
  hello,
  chainOf5,
  chainOf10,
  fanOut,
  latency,
  ...longInstances,
  ...waiting,
  timers,
  coldReplay,
  startUp,
  recovery,
  twoProcesses,
];
