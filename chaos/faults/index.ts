import { cutOff } from "./cut-off.ts";
import { deploy } from "./deploy.ts";
import { exhaustedPool } from "./exhausted-pool.ts";
import type { Fault } from "./fault.ts";
import { halfOpen } from "./half-open.ts";
import { kill } from "./kill.ts";
import { pause } from "./pause.ts";
import { endedConnections, failover, readOnly, restart } from "./server.ts";
import { swallowedAnswers } from "./swallowed-answers.ts";

export type { Fault };

/** Everything that can go wrong. */
export const faults: readonly Fault[] = [
  kill,
  pause,
  deploy,
  restart,
  failover,
  readOnly,
  endedConnections,
  swallowedAnswers,
  cutOff,
  halfOpen,
  exhaustedPool,
];
