import { randomUUID } from "node:crypto";
import type { Provider, TurnCommit, Undelivered } from "../../../src/providers/contract.ts";
import { broken, changeOutcomes, changeTurns, trackClaims } from "./broken-provider.ts";

const withoutReports = (why: Undelivered["why"]) =>
  changeOutcomes((outcome) =>
    outcome.status === "fenced"
      ? outcome
      : { ...outcome, undelivered: outcome.undelivered.filter((one) => one.why !== why) },
  );

/** A turn of nothing, in the place of another. */
const blank = (turn: TurnCommit): TurnCommit => ({
  ...turn,
  turnId: randomUUID(),
  ackedMessages: [],
  ackedWork: [],
  events: [],
  work: [],
  timers: [],
  starts: [],
  messages: [],
  state: [],
  cancelledWork: [],
  cancelledTimers: [],
  closes: false,
  nextExecutionId: null,
  projection: null,
  release: false,
});

/** Commits one part of each turn first, in a commit of its own. */
const separately = (part: keyof TurnCommit) => (real: Provider) => ({
  commit: async (batch: Parameters<Provider["commit"]>[0]) => {
    await real.commit({
      ...batch,
      turns: batch.turns.map((turn) => ({ ...blank(turn), [part]: turn[part] })),
      results: [],
    });
    const turns = batch.turns.map((turn) => ({
      ...turn,
      [part]: blank(turn)[part],
      ...(part === "events" && { lastEventId: turn.lastEventId + turn.events.length }),
      ...(part === "nextExecutionId" && turn.nextExecutionId !== null && { executionId: turn.nextExecutionId }),
    }));
    return real.commit({ ...batch, turns });
  },
});

export const brokenTurns = [
  ...(["events", "work", "timers", "starts", "messages", "state", "projection", "nextExecutionId"] as const).map(
    (part, index) => broken(`T11${"abcdefgh"[index]}`, `a turn's ${part} have a commit of their own`, separately(part)),
  ),
  ...(["work", "timers", "starts", "messages", "projection"] as const).map((part) =>
    broken(
      "T1",
      `a turn's ${part} are lost`,
      changeTurns((turn) => ({ ...turn, [part]: blank(turn)[part] })),
    ),
  ),
  ...(
    [
      ["a", "timers"],
      ["b", "starts"],
      ["c", "messages"],
      ["d", "state"],
      ["e", "cancelledWork"],
      ["f", "cancelledTimers"],
      ["g", "projection"],
      ["h", "nextExecutionId"],
      ["i", "closes"],
      ["j", "release"],
      ["k", "ackedMessages"],
      ["l", "work"],
    ] as const
  ).map(([letter, part]) =>
    broken(
      `T16${letter}`,
      `the ${part} of a fused turn are lost`,
      changeTurns((turn) => (turn.ackedWork.length === 0 ? turn : { ...turn, [part]: blank(turn)[part] })),
    ),
  ),
  broken(
    "T16m",
    "the session of a fused turn's work is lost",
    changeTurns((turn) => ({ ...turn, work: turn.work.map(({ session: _session, ...item }) => item) })),
  ),
  broken("T2a", "a turn is not fenced by its owner", (real) => {
    const { claims, fetchInstances } = trackClaims(real);
    return {
      fetchInstances,
      commit: (batch) => {
        const [turn] = batch.turns;
        const owner = turn && claims.get(turn.instanceId);
        return real.commit(owner === undefined ? batch : { ...batch, nodeId: owner.nodeId });
      },
    };
  }),
  broken("T12a", "a fused turn is fenced by the owner of its work alone", (real) => {
    const { claims, fetchInstances } = trackClaims(real);
    return {
      fetchInstances,
      commit: (batch) => {
        const [turn] = batch.turns;
        const owner = turn && claims.get(turn.instanceId);
        if (turn === undefined || owner === undefined || turn.ackedWork.length === 0) return real.commit(batch);
        if (owner.nodeId === batch.nodeId) return real.commit(batch);
        return real.commit({ ...batch, nodeId: owner.nodeId, turns: [{ ...turn, ackedWork: [] }] });
      },
    };
  }),
  broken("T2b T12b", "a turn is not fenced by its epoch", (real) => {
    const { claims, fetchInstances } = trackClaims(real);
    return {
      fetchInstances,
      commit: (batch) => {
        const turns = batch.turns.map((turn) => ({ ...turn, epoch: claims.get(turn.instanceId)?.epoch ?? turn.epoch }));
        return real.commit({ ...batch, turns });
      },
    };
  }),
  broken("T2c E3 T12c", "a turn is not fenced by its execution", (real) => ({
    commit: async (batch) => {
      const turns = await Promise.all(
        batch.turns.map(async (turn) => {
          const executionId = (await real.readInstance(turn.instanceId))?.executionId ?? 0;
          if (executionId === turn.executionId) return turn;
          const lastEventId = (await real.readHistory(turn.instanceId))?.at(-1)?.eventId ?? 0;
          const events = turn.events.map((event, index) => ({ ...event, eventId: lastEventId + index + 1 }));
          return { ...turn, executionId, lastEventId, events };
        }),
      );
      return real.commit({ ...batch, turns });
    },
  })),
  broken("T2d T12d", "a turn is not fenced by the last event", (real) => ({
    commit: async (batch) => {
      const turns = await Promise.all(
        batch.turns.map(async (turn) => {
          const lastEventId = (await real.readHistory(turn.instanceId))?.at(-1)?.eventId ?? 0;
          const events = turn.events.map((event, index) => ({ ...event, eventId: lastEventId + index + 1 }));
          return { ...turn, lastEventId, events };
        }),
      );
      return real.commit({ ...batch, turns });
    },
  })),
  broken("T2e T12e", "a turn finds its instance by name", (real) => {
    const { claims, fetchInstances } = trackClaims(real);
    return {
      fetchInstances,
      commit: (batch) => {
        const turns = batch.turns.map((turn) => ({ ...turn, ref: claims.get(turn.instanceId)?.ref ?? turn.ref }));
        return real.commit({ ...batch, turns });
      },
    };
  }),
  broken("T3a T4a T9", "one bad turn fails its group", (real) => ({
    commit: async (batch) => {
      const answer = await real.commit(batch);
      const isBad = answer.turns.some(({ status }) => status === "fenced");
      return isBad ? { ...answer, turns: answer.turns.map(() => ({ status: "fenced" as const })) } : answer;
    },
  })),
  broken(
    "T3b T3a W15 T11b T12f",
    "a fused turn is not fenced by its work",
    changeTurns((turn) => ({ ...turn, ackedWork: [] })),
  ),
  broken(
    "T4a T15",
    "a gap in the event ids is closed",
    changeTurns((turn) => ({
      ...turn,
      events: turn.events.map((event, index) => ({ ...event, eventId: turn.lastEventId + index + 1 })),
    })),
  ),
  broken(
    "T4b",
    "of two items with one id the second is dropped",
    changeTurns((turn) => ({ ...turn, work: [...new Map(turn.work.map((item) => [item.id, item])).values()] })),
  ),
  broken("T4c T4d", "what is missing is stored as an empty text", (real) => ({
    commit: (batch) =>
      real.commit({
        ...batch,
        turns: batch.turns.map((turn) => ({
          ...turn,
          events: turn.events.map((event) => ({ ...event, body: event.body ?? "" })),
        })),
        results: batch.results.map((result) =>
          result.kind === "complete"
            ? { ...result, message: { ...result.message, body: result.message.body ?? "" } }
            : result,
        ),
      }),
  })),
  broken(
    "T5 M5 M11 E4 A3 W4 K5 T13",
    "the answer to a turn brings no messages",
    changeOutcomes((outcome) => (outcome.status === "fenced" ? outcome : { ...outcome, messages: [] })),
  ),
  broken(
    "T6 E5",
    "an execution that closes leaves its work and timers",
    changeTurns((turn) => ({ ...turn, closes: false })),
  ),
  broken("T6", "messages are purged in silence", withoutReports("purged")),
  broken("T7", "a start loses in silence", withoutReports("exists")),
  broken("M2", "messages to nobody are dropped in silence", withoutReports("unknown")),
  broken("M2", "messages to those who have ended are dropped in silence", withoutReports("ended")),
  broken(
    "T7 T5",
    "a start that loses tells nobody",
    changeTurns((turn) => ({ ...turn, starts: turn.starts.map((start) => ({ ...start, onConflict: null })) })),
  ),
  broken(
    "T8",
    "a projection resets what it does not name",
    changeTurns((turn) => ({
      ...turn,
      projection: turn.projection && { ...turn.projection, version: turn.projection.version ?? "0" },
    })),
  ),
  broken("T9", "results are answered in another order", (real) => ({
    commit: async (batch) => {
      const answer = await real.commit(batch);
      return { ...answer, results: answer.results.toReversed() };
    },
  })),
  broken(
    "A1a A1b A1c A1d A2 A3 A5 A7 E1",
    "a resent turn is not known again",
    changeTurns((turn) => ({ ...turn, turnId: randomUUID() })),
  ),
  broken("A4 A6", "every turn that was ever committed is answered as committed", (real) => {
    const known = new Set<string>();
    return {
      commit: async (batch) => {
        const answer = await real.commit(batch);
        const turns = answer.turns.map((outcome, index) => {
          const { turnId } = batch.turns[index] as TurnCommit;
          if (outcome.status === "committed") known.add(turnId);
          return known.has(turnId) && outcome.status === "fenced"
            ? { status: "committed" as const, messages: [], undelivered: [] }
            : outcome;
        });
        return { ...answer, turns };
      },
    };
  }),
  broken("A7", "a batch with a known turn is taken for known", (real) => {
    const known = new Set<string>();
    return {
      commit: async (batch) => {
        if (batch.turns.some(({ turnId }) => known.has(turnId))) {
          const outcome = { status: "committed" as const, messages: [], undelivered: [] };
          return { storeNow: real.now(), turns: batch.turns.map(() => outcome), results: [], work: [] };
        }
        for (const { turnId } of batch.turns) known.add(turnId);
        return real.commit(batch);
      },
    };
  }),
  broken("E1 E3 E6", "the histories of earlier executions are gone", (real) => ({
    readHistory: async (instanceId, executionId) => {
      const current = (await real.readInstance(instanceId))?.executionId;
      return executionId === undefined || executionId === current ? real.readHistory(instanceId) : null;
    },
  })),
  broken("E2", "a claim brings the events of all executions", (real) => ({
    fetchInstances: async (request) => {
      const answer = await real.fetchInstances(request);
      const instances = await Promise.all(
        answer.instances.map(async (instance) => {
          if (instance.history === null || instance.executionId === 1) return instance;
          const earlier = (await real.readHistory(instance.instanceId, 1)) ?? [];
          return { ...instance, history: [...earlier, ...instance.history] };
        }),
      );
      return { ...answer, instances };
    },
  })),
  broken(
    "E1 R5 R7",
    "the next execution never begins",
    changeTurns((turn) => ({ ...turn, nextExecutionId: null })),
  ),
  broken(
    "K1 K2 K3",
    "cancelled work goes on",
    changeTurns((turn) => ({ ...turn, cancelledWork: [] })),
  ),
  broken(
    "K1",
    "cancelled timers fire",
    changeTurns((turn) => ({ ...turn, cancelledTimers: [] })),
  ),
  broken("K6", "a turn that cancels one timer cancels all", (real) => {
    const known = new Map<string, number[]>();
    return {
      commit: (batch) => {
        const turns = batch.turns.map((turn) => {
          const all = [...(known.get(turn.instanceId) ?? []), ...turn.timers.map(({ eventId }) => eventId)];
          known.set(turn.instanceId, all);
          return turn.cancelledTimers.length === 0 ? turn : { ...turn, cancelledTimers: all };
        });
        return real.commit({ ...batch, turns });
      },
    };
  }),
  broken("K4", "a turn that cancels what is not there is fenced", (real) => {
    const known = new Set<string>();
    return {
      commit: (batch) => {
        for (const item of batch.turns.flatMap(({ work }) => work)) known.add(item.id);
        const turns = batch.turns.map((turn) =>
          turn.cancelledWork.every((id) => known.has(id)) ? turn : { ...turn, epoch: -1 },
        );
        return real.commit({ ...batch, turns });
      },
    };
  }),
  broken(
    "R8",
    "state is changed in another order",
    changeTurns((turn) => ({ ...turn, state: turn.state.toReversed() })),
  ),
  broken(
    "M10",
    "messages of one turn arrive in another order",
    changeTurns((turn) => ({ ...turn, messages: turn.messages.toReversed() })),
  ),
];
