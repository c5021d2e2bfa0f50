import type { ActivityRegistry } from "./activity-registry.ts";
import type { ClaimGate } from "./claim-gate.ts";
import type { CommitPipeline } from "./commit-pipeline.ts";
import type { NodeLeaseKeeper } from "./node-lease.ts";
import type { OrchestrationRegistry } from "./orchestration-registry.ts";
import type { RuntimeSettings } from "./options.ts";

/** What the parts of one runtime share. */
export interface Node extends RuntimeSettings {
  readonly orchestrationRegistry: OrchestrationRegistry;
  readonly activityRegistry: ActivityRegistry;
  readonly lease: NodeLeaseKeeper;
  readonly claims: ClaimGate;
  readonly pipeline: CommitPipeline;
  /** Runs library, logger and provider code outside any orchestration's async context. */
  readonly outside: <T>(run: () => T) => T;
}
