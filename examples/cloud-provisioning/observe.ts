import { type Client, InstanceNotFoundError } from "perdure";
import type { ResourceRef } from "./cloud/resource.ts";
import type { Job } from "./job.ts";
import type { Progress, Step } from "./saga.ts";

/** How far a job is, from the custom status of its instances. */
export interface Snapshot {
  readonly job: Job;
  readonly status: string;
  readonly phase: Progress["phase"];
  readonly monthlyCost: number | undefined;
  readonly steps: Readonly<Record<ResourceRef, Step>>;
}

export async function observe(client: Client, job: Job): Promise<Snapshot> {
  const [root, ...children] = await Promise.all(job.instanceIds.map((id) => readProgress(client, id)));
  // The environment's own status comes last: it says when a resource that its child reported as ready is deleted.
  const resources = [...children, root].map((instance) => instance?.progress?.resources);
  return {
    job,
    status: root?.status ?? "pending",
    phase: root?.progress?.phase ?? "pricing",
    monthlyCost: root?.progress?.monthlyCost,
    steps: Object.assign({}, ...resources) as Snapshot["steps"],
  };
}

export const isEnded = ({ status }: Snapshot): boolean => status !== "pending" && status !== "running";

export function refsAt(step: Step, { steps }: Snapshot): ResourceRef[] {
  return (Object.keys(steps) as ResourceRef[]).filter((ref) => steps[ref] === step);
}

async function readProgress(client: Client, instanceId: string) {
  try {
    const { status, customStatus } = await client.getStatus(instanceId);
    return { status, progress: customStatus as Progress | undefined };
  } catch (error) {
    if (error instanceof InstanceNotFoundError) return undefined; // A sub-orchestration that is not started yet.
    throw error;
  }
}
