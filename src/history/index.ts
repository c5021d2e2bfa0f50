export * from "./event-kinds.ts";
export * from "./events.ts";
export * from "./messages.ts";
export * from "./open-operations.ts";
export * from "./parent-link.ts";
export * from "./wire.ts";
