import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { refOf, type ResourceRef } from "./cloud/resource.ts";
import { planEnvironment, resourcesOf } from "./plan.ts";
import { type EnvironmentRequest, parseRequest } from "./request.ts";

/** One request, and what can be known of it beforehand. */
export interface Job {
  readonly name: string;
  readonly request: EnvironmentRequest;
  readonly resources: readonly ResourceRef[];
  /** The instance that provisions the environment, then its sub-orchestrations. */
  readonly instanceIds: readonly [string, ...string[]];
}

/** The file may also be named relative to this folder. */
export async function readJob(file: string): Promise<Job> {
  const path = existsSync(file) ? file : join(import.meta.dirname, file);
  try {
    const request = parseRequest(JSON.parse(await readFile(path, "utf8")));
    const name = request.environment;
    const machines = request.virtualMachines.map((machine) => `${name}.${machine.name}`);
    return {
      name,
      request,
      resources: resourcesOf(planEnvironment(request)).map(refOf),
      instanceIds: [name, `${name}.network`, ...machines],
    };
  } catch (error) {
    throw new Error(`${file} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}
