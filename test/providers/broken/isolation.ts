import type { Provider, TurnCommit } from "../../../src/providers/contract.ts";
import { broken } from "./broken-provider.ts";

/** Breaks something for everybody from the first turn of that kind on. */
const onceATurn =
  (isIt: (turn: TurnCommit) => boolean, breakIt: (real: Provider, isBroken: () => boolean) => Partial<Provider>) =>
  (real: Provider): Partial<Provider> => {
    let isBroken = false;
    return {
      commit: (batch) => {
        isBroken ||= batch.turns.some(isIt);
        return real.commit(batch);
      },
      ...breakIt(real, () => isBroken),
    };
  };

export const brokenIsolation = [
  broken(
    "I1",
    "the end of one instance removes the timers of all",
    onceATurn(
      ({ closes, nextExecutionId }) => closes && nextExecutionId === null,
      (real, isBroken) => ({
        fireTimers: (request) => real.fireTimers(isBroken() ? { ...request, partitions: [] } : request),
      }),
    ),
  ),
  broken(
    "I2",
    "an execution that continues as new removes the work of all",
    onceATurn(
      ({ nextExecutionId }) => nextExecutionId !== null,
      (real, isBroken) => ({
        fetchWork: (request) => real.fetchWork(isBroken() ? { ...request, activities: [] } : request),
      }),
    ),
  ),
  broken("I3", "a deletion removes the state of all", (real) => {
    let isGone = false;
    return {
      deleteInstance: async (request) => {
        isGone = true;
        return real.deleteInstance(request);
      },
      readState: async (instanceId) => (isGone ? [] : real.readState(instanceId)),
    };
  }),
  broken("I4", "retention removes the messages of all", (real) => {
    let isGone = false;
    return {
      pruneInstances: async (request) => {
        isGone = true;
        return real.pruneInstances(request);
      },
      fetchInstances: async (request) => {
        const answer = await real.fetchInstances(request);
        return isGone ? { ...answer, instances: answer.instances.map((one) => ({ ...one, messages: [] })) } : answer;
      },
    };
  }),
  broken("I5", "old executions of all are removed with those of one", (real) => {
    let isGone = false;
    return {
      pruneExecutions: async (request) => {
        isGone = true;
        return real.pruneExecutions(request);
      },
      readHistory: async (instanceId, executionId) => (isGone ? [] : real.readHistory(instanceId, executionId)),
    };
  }),
  broken("I6", "all instances share one state", (real) => {
    const shared = new Map<string, string>();
    return {
      commit: async (batch) => {
        for (const { key, payload } of batch.turns.flatMap(({ state }) => state)) {
          if (payload === null) shared.delete(key);
          else shared.set(key, payload);
        }
        return real.commit(batch);
      },
      readState: async () => [...shared].map(([key, payload]) => ({ key, payload })),
    };
  }),
  broken(
    "I7",
    "the handler of one instance becomes that of all",
    onceATurn(
      ({ projection }) => projection?.handler === "order@2",
      (real, isBroken) => ({
        fetchInstances: (request) => real.fetchInstances(isBroken() ? { ...request, handlers: ["order@2"] } : request),
      }),
    ),
  ),
  broken(
    "I8",
    "the quarantine of one instance is that of all",
    onceATurn(
      ({ quarantine }) => quarantine !== null,
      (real, isBroken) => ({
        fetchInstances: (request) => real.fetchInstances(isBroken() ? { ...request, limit: 0 } : request),
      }),
    ),
  ),
  broken("I9", "an ending message opens everything", (real) => {
    let isOpen = false;
    return {
      enqueue: async (messages) => {
        isOpen ||= messages.some(({ lane }) => lane === "ending");
        return real.enqueue(messages);
      },
      fetchInstances: (request) =>
        real.fetchInstances(isOpen ? { ...request, handlers: [...request.handlers, "order@1"] } : request),
    };
  }),
];
