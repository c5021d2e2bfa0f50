import { InvalidArgumentError, MoveConflictError, StorageError } from "../errors/index.ts";
import type { InstanceDump, Provider, StoreCounts } from "../providers/contract.ts";
import { checkObject } from "../values/index.ts";
import { beginMove } from "./begin-move.ts";
import { pagesOf } from "./dump-pages.ts";
import type { MoveNote } from "./move-note.ts";
import { type MoveRequest, sealBy } from "./seal-by.ts";

/** From which store into which other, and whom to tell how far it is. */
export interface MoveOptions extends MoveRequest {
  /** Called after each page. */
  readonly onProgress?: (progress: MoveProgress) => void;
}

/** How far a move is. */
export interface MoveProgress {
  /** Instances that are in the new store by now. */
  readonly moved: number;
  /** Instances that there are to move. */
  readonly total: number;
}

/** What a move has come to. */
export interface MoveResult {
  /** What the new store has got, every row of it counted in both. */
  readonly moved: StoreCounts;
  /** Instances that an earlier, interrupted call had moved. */
  readonly found: number;
}

/**
 * Moves everything of one store into another: instances in all states, with histories, queued messages, work, timers
 * and key-value state. No node may run on either. The new one goes on with what the old one had under way; the old one
 * is left as it is, but for a seal: nodes and clients are refused there from the beginning of the move, for ever.
 *
 * A call that was interrupted is simply made again: what is there already is not moved twice. Or it is undone by
 * `abandonMove`. Rejects with `StoreBusyError` while a node holds a lease on one of the stores; with
 * `MoveConflictError` when an id is in use in both, or another move has one of them; with `StoreMovedError` when the
 * old one was moved before. Until it resolves, no node can run on the new store.
 */
export async function moveInstances(options: MoveOptions): Promise<MoveResult> {
  checkObject(options, "moveInstances options");
  const { from, to, onProgress } = options;
  checkProvider(from, "from");
  checkProvider(to, "to");
  const { moveId, note } = await beginMove(options);
  const source = await from.transfer.count();
  let moved = 0;
  let found = 0;
  for await (const dumps of pagesOf(from)) {
    found += await restorePage(to, dumps);
    moved += dumps.length;
    onProgress?.({ moved, total: source.instances });
  }
  await compareCounts(options, note, source);
  // In this order: what is interrupted in between is finished by the next call, and nothing runs in both.
  await sealBy(from, { state: "moved", moveId, note: "" });
  await to.transfer.unseal(moveId);
  return { moved: source, found };
}

/** How many of them were there already. */
async function restorePage(to: Provider, dumps: readonly InstanceDump[]): Promise<number> {
  const outcomes = await to.transfer.restore(dumps);
  const taken = outcomes.indexOf("taken");
  if (taken !== -1) {
    throw new MoveConflictError(
      `The new store has another instance "${dumps[taken]?.record.instanceId}", which is left as it is. Abandon the move ` +
        "(abandonMove), delete one of the two, and move again.",
    );
  }
  return outcomes.filter((outcome) => outcome === "present").length;
}

async function compareCounts({ to }: MoveRequest, before: MoveNote, source: StoreCounts): Promise<void> {
  const now = await to.transfer.count();
  for (const kind of Object.keys(source) as (keyof StoreCounts)[]) {
    const arrived = now[kind] - before.counts[kind];
    if (arrived === source[kind]) continue;
    throw new StorageError(
      `The old store has ${source[kind]} ${kind}, and ${arrived} arrived in the new one. Neither may be used as it is: ` +
        "somebody writes into one of them, or it is damaged. Abandon the move (abandonMove), and find out which.",
    );
  }
}

function checkProvider(provider: unknown, name: string): void {
  if (typeof (provider as Partial<Provider> | null | undefined)?.transfer === "object") return;
  throw new InvalidArgumentError(`moveInstances needs a provider as "${name}", such as SqliteProvider.open gives.`);
}
