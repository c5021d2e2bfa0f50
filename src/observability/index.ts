export * from "./console-logger.ts";
export * from "./environment-logger.ts";
