import { mailbox, orchestration, type OrchestrationContext, TimeoutError } from "perdure";
import { type CreatedResource, estimateCost } from "./activities.ts";
import { type EnvironmentPlan, type MachinePlan, type NetworkPlan, planEnvironment, resourcesOf } from "./plan.ts";
import type { EnvironmentRequest } from "./request.ts";
import { Saga, together } from "./saga.ts";

/** An environment that costs more, in dollars a month, needs somebody's approval. */
const approvalAbove = 500;
const approvalTimeout = "1m";

export interface Approval {
  readonly isGranted: boolean;
  readonly by: string;
}

/** What there is in the end. */
export interface Environment {
  readonly monthlyCost: number;
  readonly resources: readonly CreatedResource[];
}

export const approvals = mailbox<Approval>("approvals");

/** Provisions everything that a request asks for; if one resource cannot be had, nothing is left of the others. */
export const provisionEnvironment = orchestration("provision-environment", async (ctx, request: EnvironmentRequest) => {
  const plan = planEnvironment(request);
  const owner = ctx.instanceId;
  const saga = new Saga(ctx, owner);

  saga.enter("pricing");
  const monthlyCost = await ctx.activity(estimateCost, resourcesOf(plan));
  if (monthlyCost > approvalAbove) {
    saga.enter("waiting for approval", { monthlyCost });
    await waitForApproval(ctx, monthlyCost);
  }

  saga.enter("provisioning", { monthlyCost });
  try {
    const network = { owner, plan: plan.network };
    await together([
      saga.adopt(ctx.subOrchestration(provisionNetwork, network, { instanceId: `${owner}.network` })),
      saga.create(plan.storageAccount),
      createKeyVault(saga, plan),
    ]);
    for (const layer of plan.machineLayers) {
      const machines = layer.map((machine) => {
        const instanceId = `${owner}.${machine.name}`;
        return ctx.subOrchestration(provisionVirtualMachine, { owner, plan: machine }, { instanceId });
      });
      await together(machines.map((machine) => saga.adopt(machine)));
    }
  } catch (error) {
    await saga.undo();
    throw error;
  }
  return { monthlyCost, resources: saga.created };
});

export const provisionNetwork = orchestration(
  "provision-network",
  async (ctx, { owner, plan }: { owner: string; plan: NetworkPlan }) => {
    const saga = new Saga(ctx, owner);
    saga.enter("provisioning");
    try {
      await saga.create(plan.network);
      await together(plan.subnets.map((subnet) => saga.create(subnet)));
    } catch (error) {
      await saga.undo();
      throw error;
    }
    return saga.created;
  },
);

export const provisionVirtualMachine = orchestration(
  "provision-virtual-machine",
  async (ctx, { owner, plan }: { owner: string; plan: MachinePlan }) => {
    const saga = new Saga(ctx, owner);
    saga.enter("provisioning");
    try {
      await together([saga.create(plan.networkInterface), saga.create(plan.disk)]);
      await saga.create(plan.virtualMachine);
    } catch (error) {
      await saga.undo();
      throw error;
    }
    return saga.created;
  },
);

async function createKeyVault(saga: Saga, { keyVault, secrets }: EnvironmentPlan): Promise<void> {
  await saga.create(keyVault);
  await together(secrets.map((secret) => saga.create(secret)));
}

async function waitForApproval(ctx: OrchestrationContext, monthlyCost: number): Promise<void> {
  const answer = await ctx.receive(approvals, { timeout: approvalTimeout }).catch((error: unknown) => {
    if (error instanceof TimeoutError) return undefined;
    throw error;
  });
  if (answer === undefined) throw new Error(`Nobody approved $${monthlyCost} a month within ${approvalTimeout}.`);
  if (!answer.isGranted) throw new Error(`${answer.by} refused $${monthlyCost} a month.`);
}
