export { foldHistory, type HistoryState } from "./history-fold.ts";
export type { Operation, OperationKind, OperationOutcome } from "./operation.ts";
export { type InstanceAtRest, type WaitReason, waitReasons } from "./wait-reasons.ts";
