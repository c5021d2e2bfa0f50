import type { NewTimer } from "../../../src/providers/contract.ts";
import { broken, changeTurns, shareAnswers } from "./broken-provider.ts";

const changeTimers = (change: (timer: NewTimer) => NewTimer) =>
  changeTurns((turn) => ({ ...turn, timers: turn.timers.map(change) }));

export const brokenTimers = [
  broken(
    "D1 D6",
    "a timer fires one millisecond early",
    changeTimers((timer) => ({ ...timer, dueAt: timer.dueAt - 1 })),
  ),
  broken(
    "D4",
    "a fraction of a millisecond is cut off",
    changeTimers((timer) => ({ ...timer, dueAt: Math.floor(timer.dueAt) })),
  ),
  broken("D2", "timers fire without limit", (real) => ({
    fireTimers: (request) => real.fireTimers({ ...request, limit: 1_000 }),
  })),
  broken("D2", "timers of all partitions fire", (real) => ({
    fireTimers: (request) => real.fireTimers({ ...request, partitions: [0, 1, 2, 3] }),
  })),
  broken("D1 D3 T6", "what was next to come due stays so", (real) => {
    let next: number | null = null;
    return {
      commit: (batch) => {
        for (const timer of batch.turns.flatMap(({ timers }) => timers)) next = Math.min(timer.dueAt, next ?? Infinity);
        return real.commit(batch);
      },
      fireTimers: async (request) => {
        const answer = await real.fireTimers(request);
        return { ...answer, nextDueAt: next };
      },
    };
  }),
  broken("D5 K5", "a timer that is due already fires a little later", (real) => ({
    commit: (batch) => {
      const turns = batch.turns.map((turn) => ({
        ...turn,
        timers: turn.timers.map((timer) => ({ ...timer, dueAt: Math.max(timer.dueAt, real.now() + 1) })),
      }));
      return real.commit({ ...batch, turns });
    },
  })),
  broken("D6", "no timer is longer than 31 bits of milliseconds", (real) => ({
    commit: (batch) => {
      const turns = batch.turns.map((turn) => ({
        ...turn,
        timers: turn.timers.map((timer) => ({ ...timer, dueAt: Math.min(timer.dueAt, real.now() + 2 ** 31 - 1) })),
      }));
      return real.commit({ ...batch, turns });
    },
  })),
  broken("D7", "there is one timer for each time", (real) => {
    const known = new Set<number>();
    const isNew = ({ dueAt }: NewTimer) => !known.has(dueAt) && known.add(dueAt).size > 0;
    return {
      commit: (batch) =>
        real.commit({ ...batch, turns: batch.turns.map((turn) => ({ ...turn, timers: turn.timers.filter(isNew) })) }),
    };
  }),
  broken("D8", "the first timers that fire take all others with them", (real) => {
    let isOver = false;
    return {
      fireTimers: async (request) => {
        const answer = await real.fireTimers(isOver ? { ...request, partitions: [] } : request);
        isOver ||= answer.fired > 0;
        return answer;
      },
    };
  }),
  broken("D9", "no more than a hundred timers fire at once", (real) => ({
    fireTimers: (request) => real.fireTimers({ ...request, limit: Math.min(request.limit, 100) }),
  })),
  broken("P3", "nodes that fire timers at the same time fire the same", (real) => ({
    fireTimers: shareAnswers((request) => real.fireTimers(request)),
  })),
];
