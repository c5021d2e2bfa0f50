import { noEffects } from "../../src/providers/conformance/scene.ts";
import type { CommitBatch, NewMessage, Provider, Transactions, TurnCommit } from "../../src/providers/contract.ts";
import type { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { overriding } from "../support/overriding.ts";

/** Ways to lose or double something when a process dies at the wrong moment. A sweep has to notice each. */
export interface BrokenStore {
  /** Whether a process can be killed in the middle of what it makes of one call. */
  readonly isAboveTheCut: boolean;
  readonly breakIt: (real: Provider) => Provider;
}

export type BrokenName = keyof typeof brokenStores;

export const brokenStores = {
  "commits a turn in two transactions": {
    isAboveTheCut: true,
    breakIt: (real) =>
      overriding(real, {
        commit: async (batch) => {
          const one = await real.commit({ ...batch, turns: batch.turns.map(onlyRecords), claimWork: [] });
          const two = await real.commit({ ...batch, turns: batch.turns.map(onlyActs), results: [] });
          return { ...two, results: one.results };
        },
      }),
  },
  "answers a message before it has stored it": {
    isAboveTheCut: false,
    breakIt: (real) => {
      let owed: readonly NewMessage[] = [];
      const pay = async (): Promise<void> => {
        const due = owed;
        owed = [];
        if (due.length > 0) await real.enqueue(due);
      };
      return overriding(real, {
        enqueue: async (messages) => {
          await pay();
          owed = messages;
          return messages.map(() => "queued");
        },
        readInstance: async (instanceId) => {
          await pay();
          return await real.readInstance(instanceId);
        },
      });
    },
  },
  "keeps what has been completed in its queue": {
    isAboveTheCut: true,
    breakIt: (real) =>
      overriding(real, {
        commit: (batch: CommitBatch) =>
          real.commit({ ...batch, turns: batch.turns.map((turn) => ({ ...turn, ackedWork: [] })) }),
      }),
  },
  "commits what a transaction wrote apart from its end": {
    isAboveTheCut: true,
    breakIt: (real) =>
      overriding(real, {
        transactions: {
          ...(real.transactions as Transactions),
          completeWork: async ({ nodeId, fence, run }) => {
            let message: NewMessage;
            try {
              message = await (real as SqliteProvider).transaction((tx) => run(tx) as NewMessage);
            } catch (error) {
              return { status: "failed", error };
            }
            await real.commit({ nodeId, turns: [], results: [{ kind: "complete", ...fence, message }], claimWork: [] });
            return { status: "committed" };
          },
        },
      }),
  },
} as const satisfies Record<string, BrokenStore>;

/** What was decided, without what follows from it. */
const onlyRecords = (turn: TurnCommit): TurnCommit => ({ ...turn, ...noEffects });

const onlyActs = (turn: TurnCommit): TurnCommit => ({
  ...turn,
  turnId: `${turn.turnId}-2`,
  lastEventId: turn.lastEventId + turn.events.length,
  ackedMessages: [],
  ackedWork: [],
  events: [],
  state: [],
});
