import type { ActivityRegistry } from "./activity-registry.ts";
import type { ClaimGate } from "./claim-gate.ts";
import type { CommitPipeline } from "./commit-pipeline.ts";
import type { NodeLeaseKeeper } from "./node-lease.ts";
import type { OrchestrationRegistry } from "./orchestration-registry.ts";
import type { Provider } from "../providers/contract.ts";
import type { RuntimeSettings } from "./options.ts";

/** What a turn needs to know. No queue and no lease is in it, so turns can be run over anything that has a history. */
export interface TurnNode extends Pick<
  RuntimeSettings,
  "host" | "logger" | "limits" | "onNondeterminism" | "dehydrateAfterMs"
> {
  readonly provider: Pick<Provider, "now" | "readHistory" | "readInstance" | "listChildren">;
  readonly orchestrationRegistry: OrchestrationRegistry;
  readonly activityRegistry: ActivityRegistry;
  /** Runs library, logger and provider code outside any orchestration's async context. */
  readonly outside: <T>(run: () => T) => T;
}

/** What the parts of one runtime share. */
export interface Node extends RuntimeSettings, Omit<TurnNode, "provider"> {
  readonly lease: NodeLeaseKeeper;
  readonly claims: ClaimGate;
  readonly pipeline: CommitPipeline;
}
