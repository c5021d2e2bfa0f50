import * as application from "./application.ts";
import * as cancellation from "./cancellation.ts";
import * as configuration from "./configuration.ts";
import * as infrastructure from "./infrastructure.ts";
import { type ErrorCategory, PerdureError } from "./perdure-error.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The stored form of an error. Plain JSON; readable by people and by every later release. */
export interface Failure {
  readonly name: string;
  /** Cut off after 8,192 characters. */
  readonly message: string;
  readonly code?: string;
  readonly category?: ErrorCategory;
  /** Cut off after 4,096 characters. */
  readonly stack?: string;
  /** Own enumerable properties of the error that are plain JSON, such as `attempts` or a user's `orderId`. */
  readonly details?: { readonly [key: string]: Json };
  /** Its cause, and the causes of that, down to the eighth. */
  readonly cause?: Failure;
  /** The members of an `AggregateError`; the error and the suppressed one of a `SuppressedError`. */
  readonly errors?: readonly Failure[];
}

// An error is a message to a person. What is longer than this is data that ended up in an error by accident, and
// would be copied through every parent's history.
const maxNameChars = 255;
const maxMessageChars = 8_192;
const maxStackChars = 4_096;
const maxDetailChars = 16_384;
const maxDepth = 8;
const maxFailures = 32;

/** The stored form of anything that was thrown. Never throws, whatever the value does when it is read. */
export function errorToFailure(thrown: unknown): Failure {
  return toFailure(thrown, 0, { failures: maxFailures, detailChars: maxDetailChars });
}

/** Rebuilds an error from its stored form: Perdure's own and JavaScript's classes as themselves, others as `Error`. */
export function failureToError(failure: Failure): Error {
  const error = errorOfKind(failure);
  for (const [key, value] of Object.entries(failure.details ?? {})) {
    if (!structural.has(key)) define(error, key, value, true);
  }
  define(error, "name", failure.name, false);
  if (failure.code !== undefined) define(error, "code", failure.code, true);
  if (failure.category !== undefined) define(error, "category", failure.category, true);
  define(error, "stack", failure.stack ?? header(failure), false);
  return error;
}

/** Whether this JSON is the stored form of an error. */
export function isFailure(json: unknown): json is Failure {
  if (typeof json !== "object" || json === null) return false;
  const { name, message, code, category, stack, details, cause, errors } = json as Partial<Record<string, unknown>>;
  return (
    typeof name === "string" &&
    typeof message === "string" &&
    (code === undefined || typeof code === "string") &&
    (category === undefined || isCategory(category)) &&
    (stack === undefined || typeof stack === "string") &&
    (details === undefined || (typeof details === "object" && details !== null && !Array.isArray(details))) &&
    (cause === undefined || isFailure(cause)) &&
    (errors === undefined || (Array.isArray(errors) && errors.every(isFailure)))
  );
}

/** What is left for one error and all of its causes and members together, which may be many and may be cyclic. */
interface Budget {
  failures: number;
  detailChars: number;
}

function toFailure(thrown: unknown, depth: number, budget: Budget): Failure {
  budget.failures--;
  try {
    if (isError(thrown)) return errorFields(thrown, depth, budget);
  } catch (unreadable) {
    return { name: "Error", message: `An error that could not be read was thrown: ${describe(unreadable)}` };
  }
  return { name: "NonError", message: describe(thrown) };
}

function errorFields(error: Error, depth: number, budget: Budget): Failure {
  const { code, category } = error as { code?: unknown; category?: unknown };
  const head = {
    name: clip(String(error.name), maxNameChars),
    message: clip(String(error.message), maxMessageChars),
  };
  const stack = typeof error.stack === "string" ? clip(error.stack, maxStackChars) : undefined;
  const details = detailsOf(error, budget);
  const nested = depth < maxDepth;
  const cause =
    nested && error.cause !== undefined && budget.failures > 0 ? toFailure(error.cause, depth + 1, budget) : undefined;
  const members = nested ? membersOf(error, depth, budget) : undefined;
  return {
    ...head,
    ...(typeof code === "string" && { code }),
    ...(isCategory(category) && { category }),
    // A stack that is only the header is what `failureToError` puts in place of none.
    ...(stack !== undefined && stack !== header(head) && { stack }),
    ...(details !== undefined && { details }),
    ...(cause !== undefined && { cause }),
    ...(members !== undefined && { errors: members }),
  };
}

function detailsOf(error: Error, budget: Budget): { readonly [key: string]: Json } | undefined {
  const kept: [string, Json][] = [];
  for (const key of Object.keys(error)) {
    const text = storedElsewhere(error, key) ? undefined : jsonTextOf(error, key);
    if (text === undefined || text.length > budget.detailChars) continue;
    budget.detailChars -= text.length;
    kept.push([key, JSON.parse(text) as Json]);
  }
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

// A numeric code, as of a system or gRPC error, and the plain `errors` of a validation library are details.
function storedElsewhere(error: Error, key: string): boolean {
  if (key === "code") return typeof (error as { code?: unknown }).code === "string";
  if (key === "category") return isCategory((error as { category?: unknown }).category);
  if (key === "errors") return isAggregate(error);
  return structural.has(key);
}

function jsonTextOf(error: Error, key: string): string | undefined {
  try {
    return JSON.stringify((error as unknown as Record<string, unknown>)[key]);
  } catch {
    return undefined; // A cycle or a BigInt: the error itself matters more than this property of it.
  }
}

function membersOf(error: Error, depth: number, budget: Budget): readonly Failure[] | undefined {
  const members = isAggregate(error) ? error.errors : suppression(error);
  if (!Array.isArray(members)) return undefined;
  const failures: Failure[] = [];
  for (const member of members as readonly unknown[]) {
    if (budget.failures > 0) failures.push(toFailure(member, depth + 1, budget));
  }
  return failures;
}

// `await using` throws one when both the block and its cleanup failed; its own message says nothing.
function suppression(error: Error): readonly unknown[] | undefined {
  return error instanceof SuppressedError ? [error.error, error.suppressed] : undefined;
}

function describe(thrown: unknown): string {
  try {
    if (isError(thrown)) return clip(String(thrown.message), maxMessageChars);
    return clip(typeof thrown === "string" ? thrown : (JSON.stringify(thrown) ?? String(thrown)), maxMessageChars);
  } catch {
    return describeUnprintable(thrown);
  }
}

function describeUnprintable(thrown: unknown): string {
  try {
    return clip(String(thrown), maxMessageChars);
  } catch {
    return "a value that cannot be shown";
  }
}

function errorOfKind(failure: Failure): Error {
  const cause = failure.cause === undefined ? undefined : { cause: failureToError(failure.cause) };
  const members = failure.errors?.map(failureToError);
  if (members !== undefined) {
    if (failure.name !== "SuppressedError" || members.length !== 2)
      return new AggregateError(members, failure.message, cause);
    const error = new SuppressedError(members[0], members[1], failure.message);
    if (cause !== undefined) define(error, "cause", cause.cause, false);
    return error;
  }
  const error = new Error(failure.message, cause);
  const prototype = prototypeOf(failure);
  if (prototype !== undefined) Object.setPrototypeOf(error, prototype);
  return error;
}

function prototypeOf({ name, code, category }: Failure): object | undefined {
  // Names such as TimeoutError are common in libraries; with a code and a category it is Perdure's. Under another name
  // it is of a subclass that only the user's program knows.
  const isPerdures = code !== undefined && category !== undefined;
  return isPerdures ? (perdures.get(name) ?? PerdureError.prototype) : javaScripts.get(name);
}

const byName = (types: readonly { readonly name: string; readonly prototype: object }[]) =>
  new Map(types.map((type) => [type.name, type.prototype]));

const perdures = byName([application, cancellation, configuration, infrastructure].flatMap(Object.values));
const javaScripts = byName([TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError]);

/** Properties that have a place of their own in a failure. */
const structural = new Set(["name", "message", "stack", "cause"]);
const categories = new Set<unknown>(["application", "cancellation", "configuration", "infrastructure"]);

const isCategory = (value: unknown): value is ErrorCategory => categories.has(value);

// Errors may come from another realm, as in a test runner that uses node:vm.
const isError = (thrown: unknown): thrown is Error => thrown instanceof Error || Error.isError(thrown);

const isAggregate = (error: Error): error is AggregateError =>
  error instanceof AggregateError || (error.name === "AggregateError" && "errors" in error);

const header = ({ name, message }: Pick<Failure, "name" | "message">) => `${name}: ${message}`;

// Never longer than `max`, so that an error stored for the second time is not clipped again.
const clip = (text: string, max: number) => (text.length <= max ? text : text.slice(0, max - clipped.length) + clipped);
const clipped = "… (truncated)";

function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
}
