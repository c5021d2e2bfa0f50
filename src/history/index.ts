export * from "./event-kinds.ts";
export * from "./events.ts";
export { attemptsIn, earlierAttempts, type FailedAttempt, noteAfter } from "./failed-attempt.ts";
export * from "./messages.ts";
export * from "./open-operations.ts";
export * from "./parent-link.ts";
export * from "./wire.ts";
