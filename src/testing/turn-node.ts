import type { AnyActivity, AnyOrchestration, Logger } from "../definition/index.ts";
import { type Host, processHost } from "../host/index.ts";
import { ActivityRegistry } from "../runtime/activity-registry.ts";
import type { TurnNode } from "../runtime/node.ts";
import { OrchestrationRegistry } from "../runtime/orchestration-registry.ts";
import { type Limits, limitSettings } from "../runtime/options.ts";
import { captureContext } from "../values/index.ts";

export interface TurnNodeOptions {
  readonly orchestrations: readonly AnyOrchestration[];
  readonly activities?: readonly AnyActivity[];
  readonly limits?: Partial<Limits>;
  /** Default: one that says nothing. */
  readonly logger?: Logger;
  /** Default: the process. */
  readonly host?: Host;
  /** Default: one for turns that need no store. */
  readonly provider?: TurnNode["provider"];
}

/** As much of a node as it takes to run turns: no queue, no lease, no loop. */
export function turnNode(options: TurnNodeOptions): TurnNode {
  return {
    host: options.host ?? processHost,
    provider: options.provider ?? noStore,
    orchestrationRegistry: new OrchestrationRegistry(options.orchestrations),
    activityRegistry: new ActivityRegistry(options.activities ?? []),
    limits: limitSettings(options.limits),
    logger: options.logger ?? silent,
    onNondeterminism: "fail",
    dehydrateAfterMs: Infinity,
    outside: captureContext(),
  };
}

const noStore: TurnNode["provider"] = {
  now: () => 0,
  readHistory: () => Promise.resolve(null),
  readInstance: () => Promise.resolve(null),
  listChildren: () => Promise.resolve([]),
};

const nothing = (): void => undefined;
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, isLevelEnabled: () => false };
