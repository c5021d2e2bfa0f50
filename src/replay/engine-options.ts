import type { AnyActivity, AnySchema, LogFields, LogLevel, OrchestrationContext } from "../definition/index.ts";
import type { PerdureError } from "../errors/index.ts";

interface EngineLimits {
  readonly payloadBytes: number;
  /** Of one execution. */
  readonly events: number;
  readonly openOperations: number;
  readonly stateKeys: number;
  readonly nameBytes: number;
  readonly idBytes: number;
  /** Events after which `continueAsNewSuggested` is true. */
  readonly suggestContinueAfter: number;
}

type KnownActivity = Pick<AnyActivity, "queue" | "policy">;

export interface EngineOptions {
  readonly instanceId: string;
  readonly run: (ctx: OrchestrationContext, input: unknown) => unknown;
  /** Of the function's input, if it has one. */
  readonly input?: AnySchema | undefined;
  /** Where that function is defined, for reports. */
  readonly definedAt?: string | undefined;
  readonly limits: EngineLimits;
  /** What this node knows of an activity that is called by its name only. */
  readonly activityOf: (name: string) => KnownActivity | undefined;
  /** Called for lines that are new, never while replaying. */
  readonly log: (level: LogLevel, fields: LogFields, message: string) => void;
  /** The function broke a rule while no turn was under way. */
  readonly onFault: (error: PerdureError) => void;
  /** For a nondeterminism report: what else is known about the code. */
  readonly note?: string | undefined;
  /** Notes where each call of a context method stands, to say in a report where code that stopped short last was. */
  readonly traced?: boolean;
}
