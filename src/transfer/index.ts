export { abandonMove } from "./abandon-move.ts";
export { moveInstances, type MoveOptions, type MoveProgress, type MoveResult } from "./move-instances.ts";
export { type ExportOptions, exportInstance } from "./export-instance.ts";
export { type ImportOptions, importInstances, type ImportResult } from "./import-instances.ts";
export type { ExportedExecution, ExportedInstance, InstanceExport } from "./instance-export.ts";
