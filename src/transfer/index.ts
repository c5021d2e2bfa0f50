export { abandonMove } from "./abandon-move.ts";
export { moveInstances, type MoveOptions, type MoveProgress, type MoveResult } from "./move-instances.ts";
export { type ExportOptions, exportInstance, type ExportProgress } from "./export-instance.ts";
export { type ImportOptions, importInstances, type ImportProgress, type ImportResult } from "./import-instances.ts";
export type { ExportedExecution, ExportedInstance, InstanceExport } from "./instance-export.ts";
export { type MovePreview, type MovePreviewRequest, previewMove } from "./preview-move.ts";
