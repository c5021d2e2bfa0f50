import type { CommitBatch, TurnCommit } from "../../../src/providers/contract.ts";
import { broken, changeTurns } from "./broken-provider.ts";

const changeSessions = (change: (session: string, batch: CommitBatch) => string | undefined) =>
  changeTurns((turn, batch): TurnCommit => ({
    ...turn,
    work: turn.work.map(({ session, ...item }) => {
      const changed = session === undefined ? undefined : change(session, batch);
      return { ...item, ...(changed !== undefined && { session: changed }) };
    }),
  }));

let count = 0;

export const brokenSessions = [
  broken(
    "SE1 SE2 SE3 SE6",
    "sessions mean nothing",
    changeSessions(() => undefined),
  ),
  broken(
    "SE1",
    "each item is a session of its own",
    changeSessions((session) => `${session}/${(count += 1)}`),
  ),
  broken(
    "SE1",
    "all sessions are one",
    changeSessions(() => "the one"),
  ),
  broken("SE2", "a closed lease keeps its sessions", () => ({
    closeLease: () => Promise.resolve(),
  })),
  broken("SE4", "what its node cannot run waits for that node all the same", (real) => ({
    fetchWork: (request) =>
      real.fetchWork({ ...request, activities: request.activities.filter((one) => one !== "ship") }),
  })),
  broken("SE5", "a session is kept for ever", (real) => ({
    renewLease: (lease) => real.renewLease({ ...lease, sessionIdleMs: Number.MAX_SAFE_INTEGER }),
  })),
  broken("SE5", "a session is forgotten at once, whatever is under way", (real) => ({
    renewLease: async (lease) => {
      const state = await real.renewLease({ ...lease, sessionIdleMs: 0 });
      await real.closeLease(lease.nodeId);
      await real.openLease(lease);
      return state;
    },
  })),
];
