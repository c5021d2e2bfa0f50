import type { SealOutcome, StoreSeal } from "../contract.ts";
import { reapRest } from "./node-lease.ts";
import type { Store } from "./store.ts";

interface Sealed {
  readonly taken_state: StoreSeal["state"] | null;
  readonly taken_move_id: string;
  readonly taken_note: string;
  readonly node_ids: string[] | null;
}

interface SealRow {
  readonly state: StoreSeal["state"];
  readonly move_id: string;
  readonly note: string;
}

export async function sealStore(store: Store, { state, moveId, note }: StoreSeal): Promise<SealOutcome> {
  if ((await readSeal(store)) === null) await reapRest(store);
  const sealed = await store.db.call<Sealed>("seal_store", state, moveId, note);
  if (sealed.node_ids !== null) return { status: "busy", nodeIds: sealed.node_ids };
  if (sealed.taken_state === null) return { status: "sealed" };
  const seal = { state: sealed.taken_state, moveId: sealed.taken_move_id, note: sealed.taken_note };
  return { status: "taken", seal };
}

export async function readSeal({ db }: Store): Promise<StoreSeal | null> {
  const [row] = await db.query<SealRow>(`SELECT state, move_id, note FROM ${db.schema}.seal`);
  return row === undefined ? null : { state: row.state, moveId: row.move_id, note: row.note };
}

export async function unsealStore({ db, hints }: Store, moveId: string): Promise<boolean> {
  const { unseal_store: wasSealed } = await db.call<{ unseal_store: boolean }>("unseal_store", moveId);
  if (wasSealed) hints.changed({ instances: true, work: true });
  return wasSealed;
}
