import type { EventRow } from "../../../src/providers/contract.ts";
import { broken, changeTurns } from "./broken-provider.ts";

export const brokenRemoval = [
  broken("X1", "a deleted instance leaves its history", (real) => {
    const kept = new Map<string, readonly EventRow[] | null>();
    return {
      deleteInstance: async (request) => {
        kept.set(request.instanceId, kept.get(request.instanceId) ?? (await real.readHistory(request.instanceId)));
        return real.deleteInstance(request);
      },
      readHistory: async (instanceId, executionId) =>
        (await real.readHistory(instanceId, executionId)) ?? kept.get(instanceId) ?? null,
    };
  }),
  broken("X2 X4 X5", "everything is deleted by force", (real) => ({
    deleteInstance: (request) => real.deleteInstance({ ...request, force: true }),
  })),
  broken("X3 A6", "a late commit brings a deleted instance back", (real) => {
    const deleted = new Set<string>();
    return {
      deleteInstance: async (request) => {
        deleted.add(request.instanceId);
        return real.deleteInstance(request);
      },
      commit: async (batch) => {
        for (const { instanceId } of batch.turns) {
          if (!deleted.has(instanceId)) continue;
          const message = { body: "back again", payload: null };
          const start = { instanceId, runId: "back", name: "order", version: null, handler: "order@1", parent: null };
          await real.createInstances([{ ...start, message, onConflict: { ...message, instanceId, lane: "normal" } }]);
        }
        return real.commit(batch);
      },
    };
  }),
  broken("X4", "children are left behind", (real) => ({
    createInstances: (starts) => real.createInstances(starts.map((start) => ({ ...start, parent: null }))),
  })),
  broken("X6", "a parent hears nothing of a deletion", (real) => ({
    deleteInstance: (request) => real.deleteInstance({ ...request, notify: null }),
  })),
  broken("X6", "a parent hears of the deletion of what had ended", (real) => ({
    deleteInstance: async (request) => {
      const answer = await real.deleteInstance({ ...request, notify: null });
      if (request.notify !== null) await real.enqueue([request.notify]);
      return answer;
    },
  })),
  broken("X7", "any run under the id is deleted", (real) => ({
    deleteInstance: async (request) => {
      const runId = (await real.readInstance(request.instanceId))?.runId ?? request.runId;
      return real.deleteInstance({ ...request, runId });
    },
  })),
  broken("X8", "state outlives its instance", (real) => {
    const kept = new Map<string, Awaited<ReturnType<typeof real.readState>>>();
    return {
      deleteInstance: async (request) => {
        kept.set(request.instanceId, await real.readState(request.instanceId));
        return real.deleteInstance(request);
      },
      readState: async (instanceId) => kept.get(instanceId) ?? (await real.readState(instanceId)),
    };
  }),
  broken("Z1", "one execution too few is kept", (real) => ({
    pruneExecutions: (request) => real.pruneExecutions({ ...request, keep: Math.max(0, request.keep - 1) }),
  })),
  broken("Z2", "retention does not look at the time", (real) => ({
    pruneInstances: (request) => real.pruneInstances({ ...request, endedBefore: Infinity }),
  })),
  broken("Z2", "retention does not look at the limit", (real) => ({
    pruneInstances: (request) => real.pruneInstances({ ...request, limit: 1_000 }),
  })),
  broken("Z3 Z2", "retention takes children without their parents", (real) => ({
    pruneInstances: async (request) => {
      const pruned = [...(await real.pruneInstances(request))];
      const page = { statuses: request.statuses, name: null, quarantined: null, limit: request.limit, cursor: null };
      for (const { instanceId, runId, parent } of (await real.listInstances(page)).instances) {
        if (parent === null) continue;
        await real.deleteInstance({ instanceId, runId, force: true, notify: null });
        pruned.push(instanceId);
      }
      return pruned;
    },
  })),
  broken(
    "R8",
    "state is lost",
    changeTurns((turn) => ({ ...turn, state: [] })),
  ),
];
