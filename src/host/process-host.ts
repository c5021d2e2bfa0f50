import { setImmediate } from "node:timers";
import { setTimeout as delay } from "node:timers/promises";
import { randomId } from "../values/index.ts";
import type { Host } from "./host.ts";

/** The real one. */
export const processHost: Host = {
  // Taken as it is now: inside orchestrations it will be made deterministic.
  now: performance.now.bind(performance),
  after: (ms, action) => setTimeout(action, ms),
  every: (ms, action) => setInterval(action, ms),
  cancel: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
  pause: (ms) => delay(ms, undefined, { ref: false }),
  // Imported, because orchestrations see a global one that throws.
  soon: (action) => void setImmediate(action),
  random: Math.random,
  newId: randomId,
};
