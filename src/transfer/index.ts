export { abandonMove } from "./abandon-move.ts";
export { moveInstances, type MoveOptions, type MoveProgress, type MoveResult } from "./move-instances.ts";
