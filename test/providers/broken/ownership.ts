import type { FetchedInstance } from "../../../src/providers/contract.ts";
import { broken, changeInstances, changeTurns, chooseInstances, shareAnswers, trackClaims } from "./broken-provider.ts";

const idOrder = (a: FetchedInstance, b: FetchedInstance) => (a.instanceId < b.instanceId ? -1 : 1);

export const brokenOwnership = [
  broken("O1", "an owned instance is handed to whoever asks", (real) => {
    const { claims, fetchInstances } = trackClaims(real);
    return {
      fetchInstances: async (request) => {
        for (const claim of claims.values()) {
          if (claim.nodeId !== request.nodeId) await real.releaseInstances(claim.nodeId, [claim]);
        }
        return fetchInstances(request);
      },
    };
  }),
  broken(
    "O2",
    "the newest instance comes first",
    chooseInstances((all, limit) => all.toReversed().slice(0, limit)),
  ),
  broken("O2 O13", "a node is given what it cannot run", (real) => {
    const handlers = new Set<string>();
    return {
      createInstances: (starts) => {
        for (const { handler } of starts) handlers.add(handler);
        return real.createInstances(starts);
      },
      fetchInstances: (request) =>
        real.fetchInstances({ ...request, handlers: [...request.handlers, ...handlers, "order@2"] }),
    };
  }),
  broken(
    "O3",
    "the parent is forgotten",
    changeInstances((instance) => ({ ...instance, parent: null })),
  ),
  broken(
    "O3 E2",
    "the last event is missing from the history of a claim",
    changeInstances((instance) => ({ ...instance, history: instance.history?.slice(0, -1) ?? null })),
  ),
  broken(
    "O4",
    "an owner gets an empty history with its mail",
    changeInstances((instance) => ({ ...instance, history: instance.history ?? [] })),
  ),
  broken("O4", "busy instances are handed out", (real) => ({
    fetchInstances: (request) => real.fetchInstances({ ...request, busy: [] }),
  })),
  broken("O4", "mail for the busy is not announced", (real) => ({
    fetchInstances: async (request) => ({ ...(await real.fetchInstances(request)), busyHasMail: false }),
  })),
  broken(
    "O5 O6 O7",
    "what is held back is available at once",
    changeTurns((turn) => ({ ...turn, availableInMs: 0 })),
  ),
  broken("O5 O7 S2", "nobody hears when the next instance is available", (real) => ({
    fetchInstances: async (request) => ({ ...(await real.fetchInstances(request)), nextAvailableAt: null }),
  })),
  broken(
    "O16",
    "a fraction of a millisecond is cut off",
    changeTurns((turn) => ({ ...turn, availableInMs: Math.floor(turn.availableInMs) })),
  ),
  broken("O15", "when the next instance is available is known of one handler only", (real) => ({
    fetchInstances: async (request) => {
      const answer = await real.fetchInstances(request);
      const first = await real.fetchInstances({ ...request, handlers: request.handlers.slice(0, 1), limit: 0 });
      return { ...answer, nextAvailableAt: first.nextAvailableAt };
    },
  })),
  broken("O8", "any node can release an instance", (real) => {
    const { claims, fetchInstances } = trackClaims(real);
    return {
      fetchInstances,
      releaseInstances: async (_nodeId, released) => {
        for (const { nodeId, ref, epoch } of claims.values()) {
          if (released.some((one) => one.ref === ref)) await real.releaseInstances(nodeId, [{ ref, epoch }]);
        }
      },
    };
  }),
  broken(
    "O8 S1 L5 T14",
    "all claims count, for ever",
    changeInstances((instance) => ({ ...instance, claims: instance.epoch })),
  ),
  broken("O9 A8", "a node gives up what it knows of, too", (real) => ({
    releaseAllExcept: (nodeId) => real.releaseAllExcept(nodeId, { instances: [], work: [] }),
  })),
  broken("O9 W12 W23 A8", "a node cannot give up what it does not know of", () => ({
    releaseAllExcept: async () => undefined,
  })),
  broken("W23", "any delivery of an item is kept that the node knows of", (real) => ({
    releaseAllExcept: (nodeId, kept) => {
      const later = kept.work.flatMap(({ id, delivery }) => [delivery, delivery + 1].map((n) => ({ id, delivery: n })));
      return real.releaseAllExcept(nodeId, { ...kept, work: later });
    },
  })),
  broken("T12g", "an instance that is given back stays its node's", () => ({ releaseInstances: async () => {} })),
  broken("O10", "the epoch stays 1", (real) => {
    const { claims, fetchInstances } = trackClaims(real);
    return {
      fetchInstances: async (request) => {
        const answer = await fetchInstances(request);
        return { ...answer, instances: answer.instances.map((instance) => ({ ...instance, epoch: 1 })) };
      },
      releaseInstances: (nodeId) => real.releaseInstances(nodeId, [...claims.values()]),
      commit: (batch) => {
        const turns = batch.turns.map((turn) => ({ ...turn, epoch: claims.get(turn.instanceId)?.epoch ?? 1 }));
        return real.commit({ ...batch, turns });
      },
    };
  }),
  broken(
    "O11",
    "a released instance is ready without any message",
    changeTurns((turn) =>
      turn.release && !turn.closes
        ? {
            ...turn,
            messages: [...turn.messages, { instanceId: turn.instanceId, lane: "normal", body: "", payload: null }],
          }
        : turn,
    ),
  ),
  broken("O12", "a fetch takes one more than was asked for", (real) => ({
    fetchInstances: (request) => real.fetchInstances({ ...request, limit: request.limit + 1 }),
  })),
  broken(
    "O13",
    "the handler stays that of the start",
    changeTurns((turn) => ({ ...turn, projection: turn.projection && { ...turn.projection, handler: null } })),
  ),
  broken(
    "O1 O14",
    "a release is forgotten",
    changeTurns((turn) => ({ ...turn, release: false })),
  ),
  broken(
    "F1",
    "what was released goes first",
    chooseInstances((all, limit) => all.toReversed().slice(0, limit)),
  ),
  broken("F2", "one long mailbox fills a whole fetch", (real) => ({
    fetchInstances: async (request) => {
      const { instances, ...answer } = await real.fetchInstances(request);
      const full = instances.findIndex(({ messages }) => messages.length === request.messageLimit);
      return { ...answer, instances: full === -1 ? instances : instances.slice(0, full + 1) };
    },
  })),
  broken(
    "F3",
    "the alphabet decides who is next",
    chooseInstances((all, limit) => all.toSorted(idOrder).slice(0, limit)),
  ),
  broken("F4", "what this node cannot run stands before what it can", (real) => ({
    fetchInstances: async (request) => {
      const pending = { statuses: null, name: null, quarantined: null, limit: 1_000, cursor: null };
      const { instances } = await real.listInstances(pending);
      return real.fetchInstances({ ...request, limit: instances.length > 100 ? 0 : request.limit });
    },
  })),
  broken("F6", "a message to nobody is looked at again and again", (real) => {
    let isStuck = false;
    return {
      enqueue: async (messages) => {
        const answer = await real.enqueue(messages);
        isStuck ||= answer.includes("unknown");
        return answer;
      },
      fetchInstances: (request) => real.fetchInstances({ ...request, limit: isStuck ? 0 : request.limit }),
    };
  }),
  broken(
    "S1 S4",
    "claims are not counted",
    changeInstances((instance) => ({ ...instance, claims: 1 })),
  ),
  broken("S2 S3", "suspects are handed out with others", (real) => ({
    fetchInstances: (request) => real.fetchInstances({ ...request, suspectAfter: 1_000 }),
  })),
  broken("S4", "an instance that kills its nodes is never withheld", (real) => ({
    fetchInstances: (request) => real.fetchInstances({ ...request, quarantineAfter: 1_000 }),
  })),
  broken(
    "S4 S5 C5 F6",
    "quarantine is forgotten",
    changeTurns((turn) => ({ ...turn, quarantine: null })),
  ),
  broken("S5", "lifting a quarantine does nothing", () => ({ releaseQuarantine: async () => true })),
  broken("S6 S7 S8 M4", "all messages are of one lane", (real) => ({
    enqueue: (messages) => real.enqueue(messages.map((message) => ({ ...message, lane: "normal" }))),
  })),
  broken(
    "S9",
    "every claim counts",
    changeTurns((turn) => ({ ...turn, claimDoesNotCount: false })),
  ),
  broken("S10", "a turn without events proves nothing", (real) => {
    const unproven = new Map<string, number>();
    return {
      fetchInstances: async (request) => {
        const answer = await real.fetchInstances(request);
        const instances = answer.instances.map((instance) => {
          const claims = (unproven.get(instance.instanceId) ?? 0) + instance.claims;
          return { ...instance, claims };
        });
        return { ...answer, instances };
      },
      commit: (batch) => {
        for (const { instanceId, events } of batch.turns) {
          unproven.set(instanceId, events.length > 0 ? 0 : (unproven.get(instanceId) ?? 0) + 1);
        }
        return real.commit(batch);
      },
    };
  }),
  broken("P1", "nodes that fetch at the same time get the same", (real) => ({
    fetchInstances: shareAnswers((request) => real.fetchInstances(request)),
  })),
];
