export { drain, enterMicrotask } from "./drain.ts";
export { type EngineLimits, type EngineOptions } from "./engine-options.ts";
export { type Disposition, type Outcome, ReplayEngine, type Turn, semantics } from "./engine.ts";
export { type ClosedOperation } from "./operations.ts";
export { describeEvent } from "./describe-event.ts";
export { currentScope, type OrchestrationScope } from "./orchestration-scope.ts";
export { absorbRejections, releaseRejections } from "./unhandled-rejections.ts";
