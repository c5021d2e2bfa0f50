import { checkName, checkObject, parseVersion } from "../values/index.ts";
import { callSite } from "./call-site.ts";
import { checkFunction } from "./check-function.ts";
import type { OrchestrationContext } from "./orchestration-context.ts";

export interface OrchestrationOptions {
  /** Semantic version. Default `"1.0.0"`. */
  readonly version?: string;
}

export type OrchestrationFunction<I, O> = (ctx: OrchestrationContext, input: I) => O | PromiseLike<O>;

/** Made by `orchestration()`. Give it to `Runtime.start` to have it run, and to `client.start` to start instances. */
export interface Orchestration<I, O> {
  readonly kind: "orchestration";
  readonly name: string;
  readonly version: string;
  readonly run: OrchestrationFunction<I, O>;
  /** Where `orchestration()` was called, for reports about its code. */
  readonly definedAt: string | undefined;
}

/** Any orchestration, whatever it takes and gives. */
export type AnyOrchestration = Orchestration<never, unknown>;

/**
 * Defines an orchestration: a plain async function that decides what happens next, and touches the world only through
 * its context. Throws `InvalidArgumentError` for a bad name or version.
 */
export function orchestration<I, O>(name: string, run: OrchestrationFunction<I, O>): Orchestration<I, O>;
export function orchestration<I, O>(
  name: string,
  options: OrchestrationOptions,
  run: OrchestrationFunction<I, O>,
): Orchestration<I, O>;
export function orchestration<I, O>(
  name: string,
  optionsOrRun: OrchestrationOptions | OrchestrationFunction<I, O>,
  maybeRun?: OrchestrationFunction<I, O>,
): Orchestration<I, O> {
  checkName(name, "orchestration name");
  const options = typeof optionsOrRun === "function" ? {} : optionsOrRun;
  const run = typeof optionsOrRun === "function" ? optionsOrRun : maybeRun;
  const what = `orchestration "${name}"`;
  checkFunction(run, what);
  checkObject(options, `${what} options`);
  const version = options.version ?? "1.0.0";
  parseVersion(version);
  return { kind: "orchestration", name, version, run: run as OrchestrationFunction<I, O>, definedAt: callSite() };
}
