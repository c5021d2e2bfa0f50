import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type AnyOrchestration, isDefinition } from "../definition/index.ts";
import { CliError, exitCodes } from "./exit-codes.ts";

/** The orchestrations that a file exports, one by one or in lists. */
export async function loadOrchestrations(module: string): Promise<AnyOrchestration[]> {
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(resolve(module)).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new CliError(exitCodes.usage, `${module} cannot be loaded: ${(cause as Error).message}`);
  }
  const found = Object.values(exported)
    .flat()
    .filter((value): value is AnyOrchestration => isDefinition(value, "orchestration"));
  if (found.length > 0) return [...new Set(found)];
  throw new CliError(exitCodes.usage, `${module} exports no orchestration. Export them, one by one or in a list.`);
}
