import type { Clock } from "../../../src/providers/clock.ts";
import type {
  CommitBatch,
  FetchedInstance,
  FetchedInstances,
  FetchWork,
  Provider,
  TurnCommit,
  TurnOutcome,
  WorkItem,
} from "../../../src/providers/contract.ts";

/** A real provider that breaks one promise, and the checks that have to notice. */
export interface BrokenProvider {
  readonly what: string;
  readonly caughtBy: readonly string[];
  readonly breakIt: BreakIt;
}

type BreakIt = (real: Provider, clock: Clock) => Partial<Provider>;

/** `caughtBy` are numbers of checks, with a space between them. */
export function broken(caughtBy: string, what: string, breakIt: BreakIt): BrokenProvider {
  return { what, caughtBy: caughtBy.split(" "), breakIt };
}

/** The real provider but for what is broken. */
export function withBreak(real: Provider, clock: Clock, { breakIt }: BrokenProvider): Provider {
  const changed: object = breakIt(real, clock);
  return new Proxy(real, {
    get: (target, key) => {
      const member: unknown = Reflect.get(changed, key) ?? Reflect.get(target, key);
      return typeof member === "function" ? member.bind(Object.hasOwn(changed, key) ? changed : target) : member;
    },
  });
}

export const changeTurns =
  (change: (turn: TurnCommit, batch: CommitBatch) => TurnCommit): BreakIt =>
  (real) => ({
    commit: (batch) => real.commit({ ...batch, turns: batch.turns.map((turn) => change(turn, batch)) }),
  });

export const changeOutcomes =
  (change: (outcome: TurnOutcome, turn: TurnCommit) => TurnOutcome): BreakIt =>
  (real) => ({
    commit: async (batch) => {
      const answer = await real.commit(batch);
      const turns = answer.turns.map((outcome, index) => change(outcome, batch.turns[index] as TurnCommit));
      return { ...answer, turns };
    },
  });

export const changeInstances =
  (change: (instance: FetchedInstance) => FetchedInstance): BreakIt =>
  (real) => ({
    fetchInstances: async (request) => {
      const answer = await real.fetchInstances(request);
      return { ...answer, instances: answer.instances.map(change) };
    },
  });

/** Changes every work item that is handed out, whichever way. */
export const changeItems =
  (change: (item: WorkItem, now: number) => WorkItem): BreakIt =>
  (real) => {
    const all = (items: readonly WorkItem[]) => items.map((item) => change(item, real.now()));
    return {
      fetchWork: async (request) => {
        const answer = await real.fetchWork(request);
        return { ...answer, items: all(answer.items) };
      },
      expireWork: async (request) => {
        const answer = await real.expireWork(request);
        return { ...answer, items: all(answer.items) };
      },
      commit: async (batch) => {
        const answer = await real.commit(batch);
        return { ...answer, work: all(answer.work) };
      },
    };
  };

/** Chooses among all work that waits in the queue; what it does not choose goes back. */
export const chooseWork =
  (choose: (items: readonly WorkItem[], request: FetchWork) => readonly WorkItem[]): BreakIt =>
  (real) => ({
    fetchWork: async (request) => {
      const answer = await real.fetchWork({ ...request, limit: 1_000 });
      const chosen = new Set(choose(answer.items, request));
      const rest = answer.items.filter((item) => !chosen.has(item));
      const results = rest.map(({ id, delivery }) => ({ id, delivery, kind: "abandon" as const }));
      await real.commit({ nodeId: request.nodeId, turns: [], results, claimWork: [] });
      return { ...answer, items: [...chosen] };
    },
  });

/** Chooses among all instances that are ready; what it does not choose is given back. */
export const chooseInstances =
  (choose: (instances: readonly FetchedInstance[], limit: number) => readonly FetchedInstance[]): BreakIt =>
  (real) => ({
    fetchInstances: async (request) => {
      const answer = await real.fetchInstances({ ...request, limit: 1_000 });
      const isNew = ({ history, withheld }: FetchedInstance) => history !== null || withheld;
      const chosen = new Set(choose(answer.instances.filter(isNew), request.limit));
      const rest = answer.instances.filter((instance) => isNew(instance) && !chosen.has(instance));
      await real.releaseInstances(request.nodeId, rest);
      return { ...answer, instances: [...answer.instances.filter((instance) => !isNew(instance)), ...chosen] };
    },
  });

/** The last claim of each instance, whoever made it, by its id. */
export function trackClaims(real: Provider) {
  const claims = new Map<string, FetchedInstance & { readonly nodeId: string }>();
  const fetchInstances: Provider["fetchInstances"] = async (request): Promise<FetchedInstances> => {
    const answer = await real.fetchInstances(request);
    for (const instance of answer.instances) claims.set(instance.instanceId, { ...instance, nodeId: request.nodeId });
    return answer;
  };
  return { claims, fetchInstances };
}

/** What waits for an instance that its node owns. */
export async function mailOf(real: Provider, { nodeId }: { nodeId: string }, instanceId: string) {
  const owned = await real.fetchInstances({ ...nothingNew, nodeId });
  return owned.instances.find((instance) => instance.instanceId === instanceId)?.messages ?? [];
}

/** While one call is under way, who calls gets its answer. */
export function shareAnswers<A extends unknown[], R>(call: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  let underWay: Promise<R> | null = null;
  return (...args) => {
    underWay ??= call(...args).finally(() => (underWay = null));
    return underWay;
  };
}

const nothingNew = {
  limit: 0,
  handlers: [],
  busy: [],
  suspectAfter: 99,
  quarantineAfter: 99,
  unservableForMs: null,
  messageLimit: 2_000,
};
