import { type AnyOrchestration, fingerprint } from "../definition/index.ts";
import type { ReceivedDraft, StartMessage } from "../history/index.ts";
import { semantics } from "../replay/index.ts";
import type { Instance } from "./instance.ts";

/** The first event of an execution: everything that a node needs to know in order to run it. */
export function startedDraft(
  { runId, executionId }: Instance,
  start: StartMessage,
  {
    version,
    at,
    definition,
  }: { readonly version: string; readonly at: number; readonly definition?: AnyOrchestration },
): Extract<ReceivedDraft, { kind: "OrchestrationStarted" }> {
  return {
    kind: "OrchestrationStarted",
    name: start.name,
    version,
    runId,
    executionId,
    semantics,
    ...(start.parent && { parent: start.parent }),
    startedAt: start.startedAt ?? at,
    ...(start.customStatus !== undefined && { customStatus: start.customStatus }),
    ...(start.state !== undefined && { state: start.state }),
    ...(start.trace !== undefined && { trace: start.trace }),
    ...(definition !== undefined && { fingerprint: fingerprint(definition) }),
    ...(start.validated && { validated: true }),
    payload: start.payload,
  };
}
