import type { CommitBatch, CommitResult } from "../contract.ts";
import { commitBatch, fencedBatch } from "./commit-batch.ts";
import { commitFusedTurn, onlyFusedTurnOf } from "./commit-fused-turn.ts";
import { codeOf, isLockWait, isRefusal, isSealed } from "./postgres-errors.ts";
import type { Store } from "./store.ts";
import { charsOf } from "./batch-size.ts";

/** For a whole batch: commits of others are over by then. */
const patienceMs = 250;
/** For a part of a batch of which something could not be locked: whoever is free must not wait for who is not. */
const partPatienceMs = 25;
const singlePatienceMs = 1_000;
/** Of what is sent together. It is quoted on the way, and ten times as much no longer fits into one text. */
const maxChars = 32 * 1024 * 1024;

/** Commits in one round trip, unless something is wrong with a part: then the batch is halved until that is alone. */
export async function commit(store: Store, batch: CommitBatch): Promise<CommitResult> {
  // Two turns of one instance have to see each other.
  const [first, ...rest] = rounds(batch);
  let result = await commitOrHalve(store, first as CommitBatch, patienceMs);
  for (const round of rest) result = joined(result, await commitOrHalve(store, round, patienceMs));
  return result;
}

// As the functions that commit raise them.
const needsCare = "PD004";
const leaseLost = "PD005";

/** Nearly always all turns hold, and are not judged one by one. */
async function commitWhole(
  store: Store,
  batch: CommitBatch,
  lockTimeoutMs: number,
  isCareful = false,
): Promise<CommitResult> {
  try {
    const turn = isCareful ? null : onlyFusedTurnOf(batch);
    return turn === null
      ? await commitBatch(store, batch, { lockTimeoutMs, isCareful })
      : await commitFusedTurn(store, batch, { turn, lockTimeoutMs });
  } catch (error) {
    const code = codeOf(error);
    if (code === needsCare) return await commitWhole(store, batch, lockTimeoutMs, true);
    // A store is sealed when no node has a lease.
    if (code === leaseLost || isSealed(error)) return fencedBatch(store.db.clock.now(), batch);
    throw error;
  }
}

async function commitOrHalve(store: Store, batch: CommitBatch, lockTimeoutMs: number): Promise<CommitResult> {
  const isSingle = batch.turns.length + batch.results.length === 1;
  if (!isSingle && charsOf(batch) > maxChars) return await commitHalves(store, batch, lockTimeoutMs);
  try {
    return await commitWhole(store, batch, lockTimeoutMs);
  } catch (error) {
    if (!isRefusal(error) && !isLockWait(error)) throw error;
    if (isSingle) return await commitAlone(store, batch, error);
    return await commitHalves(store, batch, partPatienceMs);
  }
}

async function commitHalves(store: Store, batch: CommitBatch, lockTimeoutMs: number): Promise<CommitResult> {
  const [one, other] = halves(batch);
  const first = await commitOrHalve(store, one, lockTimeoutMs);
  const claimWork = batch.claimWork.map((slots) => ({
    ...slots,
    limit: slots.limit - first.work.filter(({ queue }) => queue === slots.queue).length,
  }));
  return joined(first, await commitOrHalve(store, { ...other, claimWork }, lockTimeoutMs));
}

/** Turns first, results after them; both of the halves have something of one or the other. */
function halves({ turns, results, ...rest }: CommitBatch): [CommitBatch, CommitBatch] {
  const middle = Math.floor((turns.length + results.length) / 2);
  const ofTurns = Math.min(middle, turns.length);
  const ofResults = middle - ofTurns;
  return [
    { ...rest, turns: turns.slice(0, ofTurns), results: results.slice(0, ofResults) },
    { ...rest, turns: turns.slice(ofTurns), results: results.slice(ofResults) },
  ];
}

/** The part that is to blame, alone. */
async function commitAlone(store: Store, batch: CommitBatch, error: unknown): Promise<CommitResult> {
  const storeNow = store.db.clock.now();
  const rest = { storeNow, work: [] };
  if (isRefusal(error)) {
    const turns = batch.turns.map(() => ({ status: "fenced", refused: (error as Error).message }) as const);
    return { ...rest, turns, results: batch.results.map(() => "fenced") };
  }
  // A turn is done again later, from what is stored then. A result has nobody who would: it is waited for.
  if (batch.turns.length > 0) return { ...rest, turns: [{ status: "fenced" }], results: [] };
  return await commitWhole(store, batch, singlePatienceMs);
}

/** Batches that are to be committed one after the other, none with two turns of one instance; nearly always one. */
function rounds(batch: CommitBatch): CommitBatch[] {
  const refs = new Set(batch.turns.map(({ ref }) => ref));
  if (refs.size === batch.turns.length) return [batch];
  const [last, ...others] = batch.turns.toReversed();
  return [...rounds({ ...batch, turns: others.toReversed() }), { ...batch, turns: last ? [last] : [], results: [] }];
}

function joined(first: CommitResult, second: CommitResult): CommitResult {
  return {
    storeNow: second.storeNow,
    turns: [...first.turns, ...second.turns],
    results: [...first.results, ...second.results],
    work: [...first.work, ...second.work],
  };
}
