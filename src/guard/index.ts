import { syncBuiltinESMExports } from "node:module";
import { deterministicCalls } from "./deterministic-calls.ts";
import { forbiddenCalls } from "./forbidden-calls.ts";
import { applyPatches } from "./patches.ts";

/*
 * Inside an orchestration `Date`, `Math.random` and the like are deterministic, and what reaches the world throws. The
 * guard goes by async context, so the same calls from anywhere else, at the same moment, are what they always were.
 */

let users = 0;
let undo: (() => void) | undefined;

/** Reference-counted; give it back with `releaseGuard`. */
export function installGuard(): void {
  users += 1;
  if (users > 1) return;
  undo = applyPatches([...deterministicCalls, ...forbiddenCalls]);
  // For those who wrote `import { setTimeout } from "node:timers"`.
  syncBuiltinESMExports();
}

export function releaseGuard(): void {
  users -= 1;
  if (users > 0) return;
  undo?.();
  undo = undefined;
  syncBuiltinESMExports();
}
