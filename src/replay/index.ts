export { drain, enterMicrotask } from "./drain.ts";
export { type EngineLimits, type EngineOptions } from "./engine-options.ts";
export { ReplayEngine, type StartFacts, semantics } from "./engine.ts";
export { type Disposition, type Outcome, type Turn } from "./turn.ts";
export { type ClosedOperation } from "./operations.ts";
export { describeEvent } from "./describe-event.ts";
export { currentScope, type OrchestrationScope } from "./orchestration-scope.ts";
export { absorbUncaughtErrors, releaseUncaughtErrors } from "./uncaught-errors.ts";
