import { createHash } from "node:crypto";
import type { AnyOrchestration } from "./orchestration.ts";

const known = new WeakMap<AnyOrchestration, string>();

/** A short hash of the function's own source: what it calls is not in it. */
export function fingerprint(definition: AnyOrchestration): string {
  const found = known.get(definition);
  if (found !== undefined) return found;
  const hash = createHash("sha256").update(Function.prototype.toString.call(definition.run)).digest("hex").slice(0, 16);
  known.set(definition, hash);
  return hash;
}
