import type { ActivityContext } from "./activity-context.ts";
import { type ActivityOptions, type CallableActivity, defineActivity, type WithInput } from "./activity.ts";
import type { AnySchema, SchemaInput, SchemaOutput } from "./standard-schema.ts";

/**
 * The function of a transactional activity; `T` is what the store gives: `SqliteTransaction` or `PostgresTransaction`.
 */
export type TransactionFunction<I, O, T> = (ctx: ActivityContext, input: I, transaction: T) => O | PromiseLike<O>;

/** Made by `transaction()`. Registered and called as any other activity. */
export interface TransactionalActivity<I, O, T> extends Omit<CallableActivity<I, O>, "run"> {
  readonly isTransactional: true;
  readonly run: TransactionFunction<I, O, T>;
}

/**
 * Defines an activity whose writes to the store's own database are committed together with its completion: exactly
 * once, whatever crashes. On PostgreSQL its function is async and has a connection of its own; on SQLite it must not
 * be async. It may be run again when it could not be committed, so it should do nothing but read and write with
 * `transaction`. Options, retries and time limits are those of any activity. Throws `InvalidArgumentError` for a bad
 * name or option.
 */
export function transaction<I, O, T>(
  name: string,
  run: TransactionFunction<I, O, T>,
): TransactionalActivity<I, Awaited<O>, T>;
export function transaction<S extends AnySchema, O, T>(
  name: string,
  options: ActivityOptions & WithInput<S>,
  run: TransactionFunction<SchemaOutput<S>, O, T>,
): TransactionalActivity<SchemaInput<S>, Awaited<O>, T>;
export function transaction<I, O, T>(
  name: string,
  options: ActivityOptions,
  run: TransactionFunction<I, O, T>,
): TransactionalActivity<I, Awaited<O>, T>;
export function transaction<I, O, T>(
  name: string,
  optionsOrRun: (ActivityOptions & Partial<WithInput<AnySchema>>) | TransactionFunction<I, O, T>,
  maybeRun?: TransactionFunction<I, O, T>,
): TransactionalActivity<I, O, T> {
  const definition = defineActivity<TransactionFunction<I, O, T>>(name, optionsOrRun, maybeRun);
  return { ...definition, isTransactional: true };
}
