import { checkName, checkObject, parseVersion } from "../values/index.ts";
import { callSite } from "./call-site.ts";
import { checkFunction } from "./check-function.ts";
import type { WithInput } from "./activity.ts";
import type { OrchestrationContext } from "./orchestration-context.ts";
import type { AnySchema, SchemaInput, SchemaOutput } from "./standard-schema.ts";
import { checkSchema } from "./validate.ts";

/** What an orchestration may be given besides its name. */
export interface OrchestrationOptions {
  /** Semantic version. Default `"1.0.0"`. */
  readonly version?: string;
}

/**
 * The function of an orchestration: the same calls in the same order for the same history, and no other access to the
 * world.
 */
export type OrchestrationFunction<I, O> = (ctx: OrchestrationContext, input: I) => O | PromiseLike<O>;

/** Made by `orchestration()`. Give it to `Runtime.start` to have it run, and to `client.start` to start instances. */
export interface Orchestration<I, O> {
  readonly kind: "orchestration";
  readonly name: string;
  readonly version: string;
  /** The schema that starts are checked by. */
  readonly input?: AnySchema;
  readonly run: OrchestrationFunction<I, O>;
  /** Where `orchestration()` was called, for reports about its code. */
  readonly definedAt: string | undefined;
}

/** Any orchestration, whatever it takes and gives. */
export type AnyOrchestration = Orchestration<never, unknown>;

/**
 * Defines an orchestration: a plain async function that decides what happens next, and touches the world only through
 * its context. With an `input` schema, starts by the definition are checked where they stand, and all others, such as
 * those by the plain name and continue-as-new, where they arrive: then the instance fails with `ValidationError`.
 * Throws `InvalidArgumentError` for a bad name or version.
 */
export function orchestration<I, O>(name: string, run: OrchestrationFunction<I, O>): Orchestration<I, O>;
export function orchestration<S extends AnySchema, O>(
  name: string,
  options: OrchestrationOptions & WithInput<S>,
  run: OrchestrationFunction<SchemaOutput<S>, O>,
): Orchestration<SchemaInput<S>, O>;
export function orchestration<I, O>(
  name: string,
  options: OrchestrationOptions,
  run: OrchestrationFunction<I, O>,
): Orchestration<I, O>;
export function orchestration<I, O>(
  name: string,
  optionsOrRun: (OrchestrationOptions & Partial<WithInput<AnySchema>>) | OrchestrationFunction<I, O>,
  maybeRun?: OrchestrationFunction<I, O>,
): Orchestration<I, O> {
  checkName(name, "orchestration name");
  const options = typeof optionsOrRun === "function" ? {} : optionsOrRun;
  const run = typeof optionsOrRun === "function" ? optionsOrRun : maybeRun;
  const what = `orchestration "${name}"`;
  checkFunction(run, what);
  checkObject(options, `${what} options`);
  const { version = "1.0.0" } = options;
  parseVersion(version);
  const { input } = options;
  checkSchema(input, `The input of ${what}`);
  return {
    kind: "orchestration",
    name,
    version,
    ...(input && { input }),
    run: run as OrchestrationFunction<I, O>,
    definedAt: callSite(),
  };
}
