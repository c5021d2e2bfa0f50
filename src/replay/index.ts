export { type EngineOptions } from "./engine-options.ts";
export { ReplayEngine, type StartFacts, semantics } from "./engine.ts";
export { type Disposition, type Outcome, type Turn } from "./turn.ts";
export { type ClosedOperation } from "./operations.ts";
export { describeEvent } from "./describe-event.ts";
export { divergenceAdvice } from "./decision-log.ts";
export { currentScope } from "./orchestration-scope.ts";
export { absorbUncaughtErrors, releaseUncaughtErrors } from "./uncaught-errors.ts";
