export { type Host, type HostTimer, longestTimerMs } from "./host.ts";
export { processHost } from "./process-host.ts";
