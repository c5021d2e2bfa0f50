export { recordHistory } from "./record-history.ts";
export type { RecordedHistory, ReplayableHistory } from "./recorded-history.ts";
export type { ExecutionReplay, ReplayVerdict } from "./replay-execution.ts";
export { type ReplayOptions, replayHistory } from "./replay-history.ts";
export type { ReplayReport } from "./replay-report.ts";
export { type VirtualClock, virtualClock } from "./virtual-clock.ts";
