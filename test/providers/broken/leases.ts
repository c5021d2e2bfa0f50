import type { NodeLease } from "../../../src/providers/contract.ts";
import { broken } from "./broken-provider.ts";

export const brokenLeases = [
  broken("L1", "a lease lasts one millisecond too long", (real) => ({
    openLease: (lease) => real.openLease({ ...lease, durationMs: lease.durationMs + 1 }),
    renewLease: (lease) => real.renewLease({ ...lease, durationMs: lease.durationMs + 1 }),
  })),
  broken("L2", "nobody hears when the next lease ends", (real) => ({
    renewLease: async (lease) => ({ ...(await real.renewLease(lease)), nextExpiryAt: null }),
  })),
  broken("L3 L4a L4b L14 O10 W14 P2 M6 L6 S1", "the lease is not compared", (real) => ({
    openLease: (lease) => real.openLease({ ...lease, durationMs: 1e12 }),
    renewLease: (lease) => real.renewLease({ ...lease, durationMs: 1e12 }),
  })),
  broken("L5", "closing a lease leaves everything as it is", () => ({ closeLease: async () => undefined })),
  broken("L5", "what a closed lease hands back counts as lost", (real) => ({
    closeLease: async (nodeId) => {
      await real.openLease({ nodeId, durationMs: 0, capabilities: [] });
      await real.openLease({ nodeId: "sweeper", durationMs: 1, capabilities: [] });
      await real.closeLease("sweeper");
    },
  })),
  broken("L7", "opening a lease again begins from nothing", (real) => ({
    openLease: async (lease) => {
      await real.closeLease(lease.nodeId);
      return real.openLease(lease);
    },
  })),
  broken("L8", "a renewal extends nothing", (real) => {
    const until = new Map<string, number>();
    return {
      openLease: async (lease) => {
        until.set(lease.nodeId, real.now() + lease.durationMs);
        return real.openLease(lease);
      },
      renewLease: (lease) =>
        real.renewLease({ ...lease, durationMs: Math.max(0, (until.get(lease.nodeId) ?? 0) - real.now()) }),
    };
  }),
  broken("L9", "closing one lease closes all", (real) => {
    const nodes = new Set<string>();
    return {
      openLease: async (lease) => {
        nodes.add(lease.nodeId);
        return real.openLease(lease);
      },
      closeLease: async () => {
        for (const node of nodes) await real.closeLease(node);
      },
    };
  }),
  broken("L13", "a lease that is closed hands back what all own", (real) => {
    const nodes = new Set<string>();
    return {
      openLease: async (lease) => {
        nodes.add(lease.nodeId);
        return real.openLease(lease);
      },
      closeLease: async (nodeId) => {
        for (const one of nodes) await real.releaseAllExcept(one, { instances: [], work: [] });
        await real.closeLease(nodeId);
      },
    };
  }),
  broken("L10", "who has no lease gets one by asking", (real) => ({
    renewLease: async (lease) => {
      const answer = await real.renewLease(lease);
      return answer.held ? answer : real.openLease(lease);
    },
  })),
  broken("L11", "what a node can run is taken from its first lease only", (real) => {
    const opened = new Map<string, NodeLease>();
    return {
      openLease: async (lease) => {
        opened.set(lease.nodeId, lease);
        return real.openLease(lease);
      },
      renewLease: (lease) =>
        real.renewLease({ ...lease, capabilities: opened.get(lease.nodeId)?.capabilities ?? lease.capabilities }),
    };
  }),
  broken("L12 L8", "a renewal gives up what the node owns", (real) => ({
    renewLease: async (lease) => {
      await real.releaseAllExcept(lease.nodeId, { instances: [], work: [] });
      return real.renewLease(lease);
    },
  })),
  broken("N1", "the clock goes back when the machine's does", (_real, clock) => ({ now: () => clock() })),
  broken("N2 T10", "the answer to a commit is of no time", (real) => ({
    commit: async (batch) => ({ ...(await real.commit(batch)), storeNow: 0 }),
  })),
  broken("N3", "a clock that goes back ends leases", (real, clock) => {
    let latest = 0;
    return {
      renewLease: async (lease) => {
        const isBack = clock() < latest;
        return { ...(await real.renewLease(lease)), ...(isBack && { held: false }) };
      },
      commit: async (batch) => {
        latest = Math.max(latest, clock());
        return real.commit(batch);
      },
    };
  }),
];
