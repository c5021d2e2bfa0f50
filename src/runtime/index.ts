export { type Limits, type RuntimeOptions } from "./options.ts";
export { Runtime } from "./runtime.ts";
