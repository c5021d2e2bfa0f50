export { foldHistory, type HistoryState } from "./history-fold.ts";
export type { Operation } from "./operation.ts";
export { agoText, countText, spanText } from "./spans.ts";
export { type WaitReason, waitReasons } from "./wait-reasons.ts";
