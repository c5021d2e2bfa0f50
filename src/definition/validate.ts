import { InvalidArgumentError, ValidationError, type ValidationIssue } from "../errors/index.ts";
import type { AnySchema, SchemaIssue, SchemaResult } from "./standard-schema.ts";

/** A value that is to be stored, and whether a schema has seen it: what one has seen is not checked again. */
export interface CheckedValue {
  readonly value: unknown;
  readonly validated?: true;
}

/** By the schema, if there is one. */
export function checkValue(value: unknown, schema: AnySchema | undefined, what: string): CheckedValue {
  return schema === undefined ? { value } : { value: validate(value, schema, what), validated: true };
}

/**
 * What the schema makes of the value.
 *
 * @param what the value is, as in `The input of activity "charge"`.
 * @throws ValidationError, or InvalidArgumentError if the schema validates asynchronously.
 */
export function validate(value: unknown, schema: AnySchema, what: string): unknown {
  const result = schema["~standard"].validate(value);
  if (isPromiseLike(result)) {
    // Whatever it still comes to, nobody waits for it.
    void result.then(undefined, () => undefined);
    throw new InvalidArgumentError(`${what} has a schema that validates asynchronously. Give it one that does not.`);
  }
  if (result.issues === undefined) return result.value;
  const issues = result.issues.slice(0, maxIssues).map(plainIssue);
  throw new ValidationError(`${what} is not valid: ${describeIssues(issues, result.issues.length)}`, issues);
}

/** Checks what is given as a schema in a definition. */
export function checkSchema(schema: unknown, what: string): void {
  if (schema === undefined || schema === null) return;
  const { validate: method } =
    (schema as { readonly "~standard"?: { readonly validate?: unknown } })["~standard"] ?? {};
  if (typeof method === "function") return;
  throw new InvalidArgumentError(`${what} is not a Standard Schema. Give one of Zod, Valibot, ArkType or the like.`);
}

// An error is stored, and copied to every parent.
const maxIssues = 50;
const maxDescribed = 5;

function plainIssue({ message, path = [] }: SchemaIssue): ValidationIssue {
  const keys = path.map((part) => (typeof part === "object" ? part.key : part));
  return { message, path: keys.map((key) => (typeof key === "symbol" ? String(key) : key)) };
}

function describeIssues(issues: readonly ValidationIssue[], count: number): string {
  const described = issues.slice(0, maxDescribed).map(({ message, path }) => {
    return path.length === 0 ? message : `${path.join(".")}: ${message}`;
  });
  return [...described, ...(count > maxDescribed ? [`and ${count - maxDescribed} more`] : [])].join("; ");
}

const isPromiseLike = (result: unknown): result is Promise<SchemaResult<unknown>> =>
  typeof (result as { then?: unknown } | null)?.then === "function";
