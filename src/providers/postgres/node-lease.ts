import type { LeaseState, NodeLease } from "../contract.ts";
import { leftBehind } from "./hints.ts";
import type { Store } from "./store.ts";

interface Renewed {
  readonly held: boolean;
  readonly lease_now: number;
  readonly next_expiry_at: number | null;
  readonly more: boolean;
  /** What a dead node owned is there to be taken: nobody else will say so. */
  readonly freed: boolean;
}

const reapAtOnce = 1_000;
const shortestWaitMs = 500;

/** Opens or extends a lease, and takes from nodes whose lease has expired what they owned. */
export async function holdLease(store: Store, lease: NodeLease, open: boolean): Promise<LeaseState> {
  const { nodeId, durationMs, capabilities, sessionIdleMs = 600_000 } = lease;
  const { schema } = store.db;
  // Well before it runs out there has to be time to find out that a connection is dead, and to take another.
  const [renewed] = (await store.db.query<Renewed>(
    `SELECT * FROM ${schema}.renew_lease($1, $2, $3, $4, $5)`,
    [nodeId, Math.floor(durationMs), [...capabilities], open, Math.floor(sessionIdleMs)],
    Math.max(shortestWaitMs, durationMs / 3),
  )) as [Renewed];
  if (renewed.more) await reapRest(store);
  // Of its last commits it may have told nobody any more.
  if (renewed.freed) store.hints.cameOld(leftBehind);
  return {
    held: renewed.held,
    storeNow: store.db.leaseClock.read(renewed.lease_now),
    nextExpiryAt: renewed.next_expiry_at,
  };
}

/** A node may have owned more than one transaction should touch. */
export async function reapRest({ db }: Store): Promise<void> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const [row] = await db.query<{ more: boolean }>(`SELECT ${db.schema}.reap(${db.schema}.store_now(), $1) AS more`, [
      reapAtOnce,
    ]);
    if (row?.more !== true) return;
  }
}
