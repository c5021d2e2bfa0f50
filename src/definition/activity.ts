import { type Duration, checkName, checkObject, parseDuration } from "../values/index.ts";
import type { ActivityContext } from "./activity-context.ts";
import { checkFunction } from "./check-function.ts";
import { type RetryOptions, type RetryPolicy, retryPolicy } from "./retry.ts";
import type { AnySchema, SchemaInput, SchemaOutput } from "./standard-schema.ts";
import { checkSchema } from "./validate.ts";

/**
 * How long an activity may take, how often it is tried, and where it runs. Durations are milliseconds or texts such as
 * `"30s"`.
 */
export interface ActivityOptions {
  /** When it is tried again after it threw. Default: never. */
  readonly retry?: RetryOptions;
  /** Of one attempt, from its start. Default: none. */
  readonly timeout?: Duration;
  /** How long it may wait for a node to start it. Default: none, while some live node can run it. */
  readonly scheduleToStart?: Duration;
  /** Over all attempts and the waiting between them. Default: none. */
  readonly scheduleToClose?: Duration;
  /** An attempt that has not called `ctx.heartbeat` for so long has failed. Default: none. */
  readonly heartbeatTimeout?: Duration;
  /** The work queue. Default `"default"`. */
  readonly queue?: string;
}

/** The stored form of what was given of `ActivityOptions`; durations in milliseconds. */
export interface ActivityPolicy {
  readonly retry?: RetryPolicy;
  readonly startToCloseMs?: number;
  readonly scheduleToStartMs?: number;
  readonly scheduleToCloseMs?: number;
  readonly heartbeatTimeoutMs?: number;
}

/** The function of an activity: may do anything, and should give the signal of its context to whatever it waits for. */
export type ActivityFunction<I, O> = (ctx: ActivityContext, input: I) => O | PromiseLike<O>;

/** A schema of what a definition takes; its function gets what the schema makes of that. */
export interface WithInput<S> {
  /** Any schema that implements Standard Schema. */
  readonly input: S;
}

/** Made by `activity()`. Give it to `Runtime.start` to have it executed, and to `ctx.activity` to call it. */
export interface Activity<I, O> {
  readonly kind: "activity";
  readonly name: string;
  /** The work queue of the calls that name no other. */
  readonly queue: string;
  /** What was given of the options, durations in milliseconds. */
  readonly policy: ActivityPolicy;
  /** The schema that calls are checked by. */
  readonly input?: AnySchema;
  readonly run: ActivityFunction<I, O>;
}

/** What `ctx.activity` takes: made by `activity()` or by `transaction()`. */
export interface CallableActivity<I, O> extends Omit<Activity<I, O>, "run"> {
  readonly isTransactional?: true;
  readonly run: (ctx: ActivityContext, input: I, transaction: never) => O | PromiseLike<O>;
}

/** Any activity, whatever it takes and gives. */
export type AnyActivity = CallableActivity<never, unknown>;

/**
 * Defines an activity: the place for everything that touches the world. It runs at least once for each call, and its
 * result is recorded exactly once. With an `input` schema, calls by the definition are checked where they stand, and
 * calls by the plain name before the activity runs. Throws `InvalidArgumentError` for a bad name or option.
 */
export function activity<I, O>(name: string, run: ActivityFunction<I, O>): Activity<I, O>;
export function activity<S extends AnySchema, O>(
  name: string,
  options: ActivityOptions & WithInput<S>,
  run: ActivityFunction<SchemaOutput<S>, O>,
): Activity<SchemaInput<S>, O>;
export function activity<I, O>(name: string, options: ActivityOptions, run: ActivityFunction<I, O>): Activity<I, O>;
export function activity<I, O>(
  name: string,
  optionsOrRun: (ActivityOptions & Partial<WithInput<AnySchema>>) | ActivityFunction<I, O>,
  maybeRun?: ActivityFunction<I, O>,
): Activity<I, O> {
  return defineActivity(name, optionsOrRun, maybeRun);
}

/** Checks and converts what all activities are made of. */
export function defineActivity<Run>(
  name: string,
  optionsOrRun: (ActivityOptions & Partial<WithInput<AnySchema>>) | Run,
  maybeRun: Run | undefined,
): Omit<Activity<never, unknown>, "run"> & { readonly run: Run } {
  checkName(name, "activity name");
  const what = `activity "${name}"`;
  const isLeftOut = typeof optionsOrRun === "function";
  const options = (isLeftOut ? {} : optionsOrRun) as ActivityOptions & Partial<WithInput<AnySchema>>;
  const run = (isLeftOut ? optionsOrRun : maybeRun) as Run;
  checkFunction(run, what);
  checkObject(options, `${what} options`);
  const queue = options.queue ?? "default";
  checkName(queue, `${what} queue`);
  const { input } = options;
  checkSchema(input, `The input of ${what}`);
  return {
    kind: "activity",
    name,
    queue,
    policy: activityPolicy(options, what),
    ...(input && { input }),
    run,
  };
}

/** Checks and converts what was given; also used for the options of one call. */
export function activityPolicy(options: Omit<ActivityOptions, "queue">, what: string): ActivityPolicy {
  const { retry, timeout, scheduleToStart, scheduleToClose, heartbeatTimeout } = options;
  return {
    ...(retry !== undefined && { retry: retryPolicy(retry, `${what} retry`) }),
    ...(timeout !== undefined && { startToCloseMs: parseDuration(timeout, `${what} timeout`) }),
    ...(scheduleToStart !== undefined && {
      scheduleToStartMs: parseDuration(scheduleToStart, `${what} scheduleToStart`),
    }),
    ...(scheduleToClose !== undefined && {
      scheduleToCloseMs: parseDuration(scheduleToClose, `${what} scheduleToClose`),
    }),
    ...(heartbeatTimeout !== undefined && {
      heartbeatTimeoutMs: parseDuration(heartbeatTimeout, `${what} heartbeatTimeout`),
    }),
  };
}
