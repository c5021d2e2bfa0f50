export * from "./application.ts";
export * from "./cancellation.ts";
export * from "./configuration.ts";
export * from "./failure.ts";
export * from "./infrastructure.ts";
export * from "./perdure-error.ts";
