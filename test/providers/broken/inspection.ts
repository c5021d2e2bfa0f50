import { broken } from "./broken-provider.ts";

export const brokenInspection = [
  broken("V1", "a part of an id makes no difference in lists", (real) => ({
    listInstances: (request) => real.listInstances({ ...request, idContains: "" }),
  })),
  broken("V2", "running items count as waiting", (real) => ({
    readLoad: async () => {
      const load = await real.readLoad();
      const work = load.work.map((one) => ({ ...one, waiting: one.waiting + one.running }));
      return { ...load, work };
    },
  })),
  broken("V3", "what is quarantined counts as ready", (real) => ({
    readLoad: async () => {
      const { instances, ...load } = await real.readLoad();
      return { ...load, instances: { ...instances, ready: instances.ready + instances.quarantined } };
    },
  })),
  broken("V4", "nodes are listed without what they own", (real) => ({
    listNodes: async () => {
      const { storeNow, nodes } = await real.listNodes();
      return { storeNow, nodes: nodes.map((node) => ({ ...node, instances: 0, work: 0 })) };
    },
  })),
  broken("V5", "all that stands in the queues is told", (real) => ({
    readInstanceQueues: (request) => real.readInstanceQueues({ ...request, limit: 1_000 }),
  })),
  broken("V6", "traffic is told oldest first", (real) => ({
    readTraffic: async (request) => {
      const traffic = await real.readTraffic(request);
      return { ...traffic, ended: traffic.ended.toReversed() };
    },
  })),
];
