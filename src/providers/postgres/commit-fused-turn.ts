import type { CommitBatch, CommitResult, TurnCommit, WorkFence } from "../contract.ts";
import { bigints, texts, wellFormed } from "./binary-arrays.ts";
import { gapIn } from "./encode-batch.ts";
import { workKind } from "./fetch-work.ts";
import { type MessageColumns, messageFromColumns, messageLimitOf } from "./message-lane.ts";
import type { Store } from "./store.ts";
import { firstDelivery } from "./work-item.ts";

/** As `commit_fused_turn` answers. */
interface Answer {
  readonly store_now: number;
  readonly is_claimed: boolean;
  readonly messages: MessageColumns[] | null;
  readonly woken: boolean;
}

/**
 * What a batch consists of if that is one turn which takes in the end of one work item, schedules at most one more, and
 * does nothing else; null if it is anything more.
 */
export function onlyFusedTurnOf({ turns, results }: CommitBatch): TurnCommit | null {
  const [turn] = turns;
  return turn !== undefined && turns.length === 1 && results.length === 0 && isNothingElse(turn) ? turn : null;
}

function isNothingElse(turn: TurnCommit): boolean {
  const { ackedMessages, timers, state, starts, messages, cancelledWork, cancelledTimers } = turn;
  const has = [ackedMessages, timers, state, starts, messages, cancelledWork, cancelledTimers];
  const changes = turn.projection !== null || turn.nextExecutionId !== null || turn.closes || turn.release;
  return (
    turn.ackedWork.length === 1 &&
    turn.work.length <= 1 &&
    turn.work[0]?.session === undefined &&
    has.every(({ length }) => length === 0) &&
    !changes &&
    gapIn(turn) === null
  );
}

export interface FusedTurnOptions {
  readonly turn: TurnCommit;
  readonly lockTimeoutMs: number;
}

/** One round trip, all or nothing, as `commitBatch` for a batch that is not much. */
export async function commitFusedTurn(
  { db, carriers, hints, lowWater }: Store,
  batch: CommitBatch,
  { turn, lockTimeoutMs }: FusedTurnOptions,
): Promise<CommitResult> {
  const [item] = turn.work;
  const ended = turn.ackedWork[0] as WorkFence;
  const slots = batch.claimWork.find(
    ({ queue, activities, limit }) => limit > 0 && queue === item?.queue && activities.includes(item.name),
  );
  const carries = carriers.carriedBy(turn);
  const mayCarry = carries?.next != null && slots !== undefined;
  const rivals = slots === undefined ? [] : slots.activities;
  const answer = await db.callOften<Answer>(
    "commit_fused_turn",
    batch.nodeId,
    messageLimitOf(batch),
    lockTimeoutMs,
    turn.ref,
    turn.turnId,
    turn.epoch,
    turn.executionId,
    turn.lastEventId,
    turn.mailboxRoom ?? null,
    ended.id,
    ended.delivery,
    carries?.ended != null,
    mayCarry,
    bigints(turn.events.map(({ at }) => Math.floor(at))),
    texts(turn.events.map(({ body }) => body)),
    texts(turn.events.map(({ payload }) => payload)),
    ...columnsOf(item),
    slots?.limit ?? null,
    texts(rivals),
    bigints(lowWater.floors(rivals.map((name) => workKind(item?.queue ?? "", name)))),
  );
  const { store_now: storeNow, is_claimed: isClaimed, woken: instances } = answer;
  const carrier = mayCarry && isClaimed ? Number(turn.ref) : undefined;
  if (carrier !== undefined) carriers.carries(carrier);
  else if (carries !== null) carriers.isEmpty(turn.ref);
  const work =
    item === undefined || !isClaimed
      ? []
      : [firstDelivery(item, { instanceId: turn.instanceId, scheduledAt: storeNow, carrier })];
  hints.changed({ instances, work: work.length < turn.work.length });
  const messages = (answer.messages ?? []).map(messageFromColumns);
  return { storeNow, turns: [{ status: "committed", messages, undelivered: [] }], results: [], work };
}

function columnsOf(item: TurnCommit["work"][number] | undefined): readonly unknown[] {
  if (item === undefined) return [null, null, null, null, null, null];
  const { id, queue, name, startBy, body, payload } = item;
  const texts = [body, payload].map((text) => (text === null ? null : wellFormed(text)));
  return [wellFormed(id), wellFormed(queue), wellFormed(name), startBy === null ? null : Math.ceil(startBy), ...texts];
}
