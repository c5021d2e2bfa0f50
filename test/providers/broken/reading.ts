import { InvalidArgumentError } from "../../../src/errors/index.ts";
import type { NewInstance, Wake } from "../../../src/providers/contract.ts";
import { broken } from "./broken-provider.ts";

const everything = { statuses: null, name: null, quarantined: null };
const everyPage = { ...everything, limit: 1_000, cursor: null };

export const brokenReading = [
  broken("R1 R2 P4", "every start is answered as the first", (real) => ({
    createInstances: async (starts) => {
      const answers = await real.createInstances(starts);
      return answers.map(({ runId }) => ({ created: true, runId }));
    },
  })),
  broken("R1 R2 P4", "who starts second hears of a run that there is not", (real) => ({
    createInstances: async (starts) => {
      const answers = await real.createInstances(starts);
      return answers.map((answer, index) => ({ ...answer, runId: (starts[index] as NewInstance).runId }));
    },
  })),
  broken("R1", "a start that is sent again is answered as the second", (real) => {
    const known = new Set<string>();
    return {
      createInstances: async (starts) => {
        const answers = await real.createInstances(starts);
        return answers.map(({ created, runId }, index) => {
          const isFirst = !known.has((starts[index] as NewInstance).runId);
          known.add((starts[index] as NewInstance).runId);
          return { created: created && isFirst, runId };
        });
      },
    };
  }),
  broken("R4 X1", "an unknown instance has an empty history", (real) => ({
    readHistory: async (instanceId, executionId) => (await real.readHistory(instanceId, executionId)) ?? [],
  })),
  broken("R5", "an instance is always of just now", (real) => ({
    readInstance: async (instanceId) => {
      const record = await real.readInstance(instanceId);
      return record && { ...record, updatedAt: real.now() };
    },
  })),
  broken("R6", "children that have ended are forgotten", (real) => ({
    listChildren: async (instanceId, runId) =>
      (await real.listChildren(instanceId, runId)).filter(({ status }) => status === "pending"),
  })),
  broken("R7", "the end of an instance is that of its first execution", (real) => ({
    readProgress: async (instanceId) => {
      const found = await real.readProgress(instanceId);
      return found?.end == null ? found : { ...found, end: (await real.readHistory(instanceId, 1))?.at(-1) ?? null };
    },
  })),
  broken("R8 X8", "an instance without state has none", (real) => ({
    readState: async (instanceId) => {
      const state = await real.readState(instanceId);
      return state?.length === 0 ? null : state;
    },
  })),
  broken("G1", "the oldest instance is listed first", (real) => ({
    listInstances: async (request) => {
      const page = await real.listInstances(request);
      return { ...page, instances: page.instances.toReversed() };
    },
  })),
  broken("G5 G1", "a page goes on after so many, whatever has changed", (real) => ({
    listInstances: async (request) => {
      const skipped = Number(request.cursor ?? 0);
      const { instances } = await real.listInstances({ ...request, limit: 1_000, cursor: null });
      const end = skipped + request.limit;
      return { instances: instances.slice(skipped, end), cursor: instances.length > end ? String(end) : null };
    },
  })),
  broken("G2", "quarantine makes no difference in lists", (real) => ({
    listInstances: (request) => real.listInstances({ ...request, quarantined: null }),
  })),
  broken("G2", "statuses make no difference in lists", (real) => ({
    listInstances: (request) => real.listInstances({ ...request, statuses: null }),
  })),
  broken("G3", "a bad cursor is the first page", (real) => ({
    listInstances: async (request) => {
      try {
        return await real.listInstances(request);
      } catch (error) {
        if (error instanceof InvalidArgumentError) return real.listInstances(everyPage);
        throw error;
      }
    },
  })),
  broken("G4", "everything is counted", (real) => ({ countInstances: () => real.countInstances(everything) })),
  broken("C1", "nothing is missing for long", (real) => ({
    findUnservable: () => real.findUnservable({ graceMs: 0 }),
  })),
  broken("C1 C4", "nothing is ever missing", () => ({ findUnservable: async () => [] })),
  broken("C2 C3a C3b", "what was missing once goes on being so", (real) => {
    const since = new Map<string, number>();
    return {
      findUnservable: async ({ graceMs }) => {
        for (const name of await real.findUnservable({ graceMs: 0 })) since.set(name, since.get(name) ?? real.now());
        return [...since].filter(([, at]) => real.now() - at >= graceMs).map(([name]) => name);
      },
    };
  }),
  broken("C4", "an activity is named without its queue", (real) => ({
    findUnservable: async (request) =>
      (await real.findUnservable(request)).map((name) => name.replace("activity:gpu/", "activity:default/")),
  })),
  broken("C5", "whatever is open is needed", (real) => ({
    findUnservable: async (request) => {
      const open = await real.countInstances({ ...everything, statuses: ["pending", "running"] });
      return open > 2 ? ["rare@1"] : real.findUnservable(request);
    },
  })),
  broken("C6 S8", "what nobody can run is not handed out to be ended", (real) => ({
    fetchInstances: (request) => real.fetchInstances({ ...request, unservableForMs: null }),
  })),
  broken("C10", "whoever misses a handler ends what needs another version as well", (real) => ({
    fetchInstances: async (request) => {
      const answer = await real.fetchInstances(request);
      if (request.unservableForMs === null || answer.instances.length === 0) return answer;
      const { instances } = await real.listInstances({ ...everyPage, name: "rare" });
      const [like] = answer.instances as [(typeof answer.instances)[number]];
      return { ...answer, instances: instances.map(({ instanceId }) => ({ ...like, instanceId })) };
    },
  })),
  broken("C8a C8b C8c", "only what something is queued for is handed out to be ended", (real) => ({
    fetchInstances: async (request) => {
      const fetched = await real.fetchInstances(request);
      if (request.unservableForMs === null) return fetched;
      return { ...fetched, instances: fetched.instances.filter(({ messages }) => messages.length > 0) };
    },
  })),
  broken("H1 H5", "hints come never", () => ({ subscribe: () => () => undefined })),
  broken("H3", "hints of other processes come never", (real) => ({
    subscribe: (listener) =>
      real.subscribe((wake) => {
        if (wake.changed !== null) listener(wake);
      }),
  })),
  broken("H1", "a hint comes before the answer", (real) => {
    const listeners = new Set<(wake: Wake) => void>();
    const wake: Wake = { instances: true, work: false, timerDueAt: null, changed: ["a"], ended: [] };
    return {
      subscribe: (listener) => {
        listeners.add(listener);
        return real.subscribe(listener);
      },
      createInstances: async (starts) => {
        const answer = await real.createInstances(starts);
        for (const listener of listeners) listener(wake);
        return answer;
      },
    };
  }),
  broken("H2", "reading wakes everybody", (real) => {
    const listeners = new Set<(wake: Wake) => void>();
    return {
      subscribe: (listener) => {
        listeners.add(listener);
        return real.subscribe(listener);
      },
      readInstance: (instanceId) => {
        for (const listener of listeners)
          listener({ instances: true, work: false, timerDueAt: null, changed: [], ended: [] });
        return real.readInstance(instanceId);
      },
    };
  }),
  broken("H4", "closing closes nothing", () => ({ close: async () => undefined })),
  broken("H6", "nobody hears of work that is there again", (real) => ({
    subscribe: (listener) => real.subscribe((wake) => listener({ ...wake, work: false })),
  })),
  broken("H7", "nobody hears what is gone", (real) => ({
    subscribe: (listener) => real.subscribe((wake) => listener({ ...wake, ended: [] })),
  })),
  broken("H7", "whoever acts hears that anything may have changed", (real) => ({
    subscribe: (listener) => real.subscribe((wake) => listener({ ...wake, changed: null, ended: null })),
  })),
  broken("H7", "nobody hears of a release", (real) => ({
    subscribe: (listener) => real.subscribe((wake) => listener({ ...wake, instances: false })),
  })),
];
