import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type AnyOrchestration, isDefinition } from "../definition/index.ts";
import { CliError, exitCodes } from "./exit-codes.ts";

/** The orchestrations that a file exports: one by one, in lists or in objects. */
export async function loadOrchestrations(module: string): Promise<AnyOrchestration[]> {
  let exported: object;
  try {
    exported = (await import(pathToFileURL(resolve(module)).href)) as object;
  } catch (cause) {
    throw new CliError(exitCodes.usage, `${module} cannot be loaded: ${(cause as Error).message}`);
  }
  const found = new Set(orchestrationsIn(exported, new Set()));
  if (found.size > 0) return [...found];
  throw new CliError(
    exitCodes.usage,
    `${module} exports no orchestration. Export them, one by one, in a list or in an object.`,
  );
}

function* orchestrationsIn(value: unknown, seen: Set<unknown>): Generator<AnyOrchestration> {
  if (isDefinition(value, "orchestration")) yield value as AnyOrchestration;
  if (!isPlain(value) || seen.has(value)) return;
  seen.add(value);
  for (const each of Object.values(value)) yield* orchestrationsIn(each, seen);
}

/** A list, or an object that is no more than its properties; a module is one as well. */
function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
