import type { AnyActivity, AnyOrchestration } from "../definition/index.ts";
import { checkNameBytes } from "../values/index.ts";

interface Named {
  readonly orchestrations: readonly AnyOrchestration[];
  readonly activities: readonly AnyActivity[];
}

/** Definitions are made before anybody knows by which limits they will be run. */
export function checkNames({ orchestrations, activities }: Named, maxBytes: number): void {
  for (const { name } of orchestrations) checkNameBytes(name, "orchestration name", maxBytes);
  for (const { name, queue } of activities) {
    checkNameBytes(name, "activity name", maxBytes);
    checkNameBytes(queue, `activity "${name}" queue`, maxBytes);
  }
}
