import type { CommitBatch, Provider, WorkItem, WorkResult } from "../../../src/providers/contract.ts";
import { broken, changeItems, changeTurns, chooseWork, shareAnswers } from "./broken-provider.ts";

const fenceOf = ({ id, delivery }: WorkItem) => ({ id, delivery });

const changeResults = (change: (result: WorkResult) => WorkResult) => (real: Provider) => ({
  commit: (batch: CommitBatch) => real.commit({ ...batch, results: batch.results.map(change) }),
});

export const brokenWork = [
  broken("W22", "the trial of an item never ends", () => ({ endTrial: async () => undefined })),
  broken("W22", "nothing that is handed out is on trial", (real) => ({
    fetchWork: async (request) => {
      const fetched = await real.fetchWork(request);
      for (const item of fetched.items) await real.endTrial(request.nodeId, fenceOf(item));
      return fetched;
    },
  })),
  broken("W22", "the end of an earlier delivery's trial ends this one's", (real) => ({
    endTrial: async (nodeId, fence) => {
      await real.endTrial(nodeId, fence);
      await real.endTrial(nodeId, { ...fence, delivery: fence.delivery + 1 });
    },
  })),
  broken("W1", "an item is delivered to every node that asks", (real) => {
    let last: readonly WorkItem[] = [];
    return {
      fetchWork: async (request) => {
        const answer = await real.fetchWork(request);
        const items = answer.items.length > 0 ? answer.items : last;
        last = items;
        return { ...answer, items };
      },
    };
  }),
  broken(
    "W2 W19",
    "the newest item comes first",
    chooseWork((all, { limit }) => all.toReversed().slice(0, limit)),
  ),
  broken(
    "W19",
    "the alphabet decides which item is next",
    chooseWork((all, { limit }) => all.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit)),
  ),
  broken("W2", "queues are one", (real) => ({
    fetchWork: async (request) => {
      const answer = await real.fetchWork(request);
      const gpu = await real.fetchWork({ ...request, queue: "gpu" });
      return { ...answer, items: [...answer.items, ...gpu.items] };
    },
  })),
  broken("F5", "what this node cannot do stands before what it can", (real) => ({
    fetchWork: async (request) => {
      const names = ["gone0", "gone1", "gone2"];
      const blocked = await real.fetchWork({ ...request, activities: names, limit: 1 });
      if (blocked.items.length === 0) return real.fetchWork(request);
      const results = blocked.items.map((item) => ({ ...fenceOf(item), kind: "abandon" as const }));
      await real.commit({ nodeId: request.nodeId, turns: [], results, claimWork: [] });
      return { ...blocked, items: [] };
    },
  })),
  broken("W3a W3b W17 K2 X3 L3", "every result is answered as committed", (real) => ({
    commit: async (batch) => {
      const answer = await real.commit(batch);
      return { ...answer, results: answer.results.map(() => "committed") };
    },
  })),
  broken("W4", "results are committed after the turns", (real) => ({
    commit: async (batch) => {
      const turns = await real.commit({ ...batch, results: [] });
      const { results } = await real.commit({ ...batch, turns: [], claimWork: [] });
      return { ...turns, results };
    },
  })),
  broken(
    "W5 W7",
    "a retry does not wait",
    changeResults((result) => (result.kind === "retry" ? { ...result, delayMs: 0 } : result)),
  ),
  broken(
    "W5 W14",
    "failures are forgotten",
    changeItems((item) => ({ ...item, failures: 0 })),
  ),
  broken(
    "W14 L4a L4b L6",
    "losses are forgotten",
    changeItems((item) => ({ ...item, lost: 0 })),
  ),
  broken(
    "W14 W6",
    "losses count as failures",
    changeItems((item) => ({ ...item, failures: item.delivery - 1, lost: 0 })),
  ),
  broken(
    "W5",
    "the note of a retry is lost",
    changeItems((item) => ({ ...item, note: null })),
  ),
  broken(
    "W5 W8",
    "heartbeats are lost",
    changeItems((item) => ({ ...item, heartbeat: null })),
  ),
  broken(
    "W6 W14",
    "an abandoned item counts as failed",
    changeResults((result) =>
      result.kind === "abandon" ? { ...result, kind: "retry", delayMs: 0, note: null } : result,
    ),
  ),
  broken("W7 W5", "nobody hears when the next item is visible", (real) => ({
    fetchWork: async (request) => ({ ...(await real.fetchWork(request)), nextVisibleAt: null }),
  })),
  broken("W8", "a heartbeat without details erases them", (real) => ({
    heartbeatWork: (nodeId, fence, details) => real.heartbeatWork(nodeId, fence, details ?? ""),
  })),
  broken("W8 W17 K2", "a heartbeat is always welcome", (real) => ({
    heartbeatWork: async (nodeId, fence, details) => {
      await real.heartbeatWork(nodeId, fence, details);
      return true;
    },
  })),
  broken("W9 W17 E5 X2", "no work is ever lost", () => ({ findLostWork: async () => [] })),
  broken("W10 A2", "a commit hands out nothing", (real) => ({
    commit: (batch) => real.commit({ ...batch, claimWork: [] }),
  })),
  broken("W11", "a commit hands out what has waited longest", (real) => ({
    commit: async (batch) => {
      const answer = await real.commit({ ...batch, claimWork: [] });
      const fetched = batch.claimWork.map((slots) =>
        real.fetchWork({ ...slots, nodeId: batch.nodeId, suspectAfter: 99, suspectLimit: 0 }),
      );
      return { ...answer, work: (await Promise.all(fetched)).flatMap(({ items }) => items) };
    },
  })),
  broken("W11", "a commit leaves nothing to older work", (real) => ({
    commit: async (batch) =>
      real.commit({ ...batch, claimWork: batch.claimWork.map((slots) => ({ ...slots, limit: slots.limit + 2 })) }),
  })),
  broken("W11", "a commit leaves all to older work", (real) => ({
    commit: async (batch) => {
      const one = { nodeId: batch.nodeId, limit: 1, suspectAfter: 99, suspectLimit: 0 };
      const fetched = await Promise.all(batch.claimWork.map((slots) => real.fetchWork({ ...slots, ...one })));
      const older = fetched.flatMap(({ items }) => items);
      const results = older.map((item) => ({ ...fenceOf(item), kind: "abandon" as const }));
      await real.commit({ nodeId: batch.nodeId, turns: [], results, claimWork: [] });
      return real.commit({ ...batch, claimWork: older.length > 0 ? [] : batch.claimWork });
    },
  })),
  broken(
    "W13 W28",
    "the time to start by is forgotten",
    changeTurns((turn) => ({ ...turn, work: turn.work.map((item) => ({ ...item, startBy: null })) })),
  ),
  broken(
    "W16 W1",
    "an item was scheduled when it is delivered",
    changeItems((item, now) => ({ ...item, scheduledAt: now + 1 })),
  ),
  broken("W17 W3b", "a delivery is not fenced by its number", (real) => {
    const current = new Map<string, { nodeId: string; delivery: number }>();
    return {
      fetchWork: async (request) => {
        const answer = await real.fetchWork(request);
        for (const { id, delivery } of answer.items) current.set(id, { nodeId: request.nodeId, delivery });
        return answer;
      },
      commit: (batch) => {
        const [first] = batch.results;
        const owner = first && current.get(first.id);
        const results = batch.results.map((result) => ({
          ...result,
          delivery: current.get(result.id)?.delivery ?? result.delivery,
        }));
        return real.commit({ ...batch, nodeId: owner?.nodeId ?? batch.nodeId, results });
      },
    };
  }),
  broken("W18", "a completion for nobody is refused", (real) => ({
    commit: async (batch) => {
      const results = await Promise.all(
        batch.results.map(async (result) => {
          if (result.kind !== "complete") return result;
          const receiver = await real.readInstance(result.message.instanceId);
          return receiver === null ? { ...result, delivery: -1 } : result;
        }),
      );
      return real.commit({ ...batch, results });
    },
  })),
  broken("P6", "nodes that fail expired work at the same time get the same", (real) => ({
    expireWork: shareAnswers((request) => real.expireWork(request)),
  })),
  broken("C7", "nothing is missing for long", (real) => ({
    expireWork: (request) => real.expireWork({ ...request, graceMs: 0 }),
  })),
  broken("W20", "what was lost too often is handed out like the rest", (real) => ({
    fetchWork: (request) => real.fetchWork({ ...request, suspectLimit: 1_000 }),
  })),
  broken("W20 W21", "suspects are always said to wait", (real) => ({
    fetchWork: async (request) => ({ ...(await real.fetchWork(request)), suspectsWait: true }),
  })),
  broken("W24", "a delivery can be ended by everybody who knows its number", (real) => {
    const owners = new Map<string, string>();
    return {
      fetchWork: async (request) => {
        const answer = await real.fetchWork(request);
        for (const { id, delivery } of answer.items) owners.set(`${id} ${delivery}`, request.nodeId);
        return answer;
      },
      commit: (batch) => {
        const [first] = batch.results;
        const nodeId = (first && owners.get(`${first.id} ${first.delivery}`)) ?? batch.nodeId;
        return real.commit({ ...batch, nodeId });
      },
    };
  }),
  broken("W24", "who has given a delivery back is still told that it holds", (real) => {
    const given = new Set<string>();
    return {
      commit: (batch) => {
        for (const { id, delivery, kind } of batch.results) if (kind === "abandon") given.add(`${id} ${delivery}`);
        return real.commit(batch);
      },
      findLostWork: async (nodeId, fences) =>
        (await real.findLostWork(nodeId, fences)).filter(({ id, delivery }) => !given.has(`${id} ${delivery}`)),
    };
  }),
  broken(
    "W25",
    "a fraction of a millisecond is cut off",
    changeResults((result) => (result.kind === "retry" ? { ...result, delayMs: Math.floor(result.delayMs) } : result)),
  ),
  broken("W26", "when the next item is visible is known of one activity only", (real) => ({
    fetchWork: async (request) => {
      const answer = await real.fetchWork(request);
      const { nextVisibleAt } = await real.fetchWork({
        ...request,
        activities: request.activities.slice(-1),
        limit: 0,
      });
      return { ...answer, nextVisibleAt };
    },
  })),
  broken("W27", "a time to start by is waited for although it was started", (real) => {
    let next: number | null = null;
    return {
      commit: (batch) => {
        next = batch.turns.flatMap(({ work }) => work).find(({ startBy }) => startBy !== null)?.startBy ?? next;
        return real.commit(batch);
      },
      expireWork: async (request) => ({ ...(await real.expireWork(request)), nextVisibleAt: next }),
    };
  }),
  broken("C9", "an activity that is missing in one queue is failed in all", (real) => ({
    expireWork: async (request) => {
      const answer = await real.expireWork(request);
      const [first] = answer.items;
      if (first === undefined) return answer;
      const { nodeId, limit } = request;
      const rest = { queue: "default", activities: [first.name], suspectAfter: 99, suspectLimit: 0 };
      const others = await real.fetchWork({ nodeId, limit, ...rest });
      return { ...answer, items: [...answer.items, ...others.items] };
    },
  })),
];
