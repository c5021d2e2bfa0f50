import type { SQLInputValue } from "node:sqlite";
import { carriedDelivery, isCarriable } from "../carriable.ts";
import type { NewWorkItem, TurnCommit } from "../contract.ts";
import { setDown } from "./carried-work.ts";
import type { BatchContext } from "./commit.ts";
import type { Transaction } from "./transaction.ts";
import type { Slots } from "./work-slots.ts";

// Fence and effect in one. It is all that most turns do to this row, and touches no index that holds an owned instance.
const advanceBy = (effect: string) => `
  UPDATE perdure_ownerships
     SET last_event_id = ?1, turn_id = ?2, mailbox_room = coalesce(?3, mailbox_room)${effect}
   WHERE key = ?4 AND owner = ?5 AND epoch = ?6 AND execution_id = ?7 AND last_event_id = ?8 AND turn_id IS NOT ?2`;

// The item that ends is the one that the row carries, or neither is there; the one that follows takes its place.
const handOnBy = (effect: string) => `
  ${advanceBy(`${effect}, carried_id = ?9, carried_queue = ?10, carried_name = ?11, carried_body = ?12,
         carried_payload = ?13, carried_at = ?14`)} AND carried_id IS ?15`;

// By its count of rows it says that no messages are queued; RETURNING would double its cost.
const withoutMail = (statement: string) => `${statement} AND ready_since IS NULL`;

const proven = ", claims = 0";

const releasing = (availableAt: string) => `${proven}, owner = NULL, available_at = ${availableAt}`;

// Before the messages are acked: whether any are left is looked at afterwards, and mostly there are none.
const emptying = `${proven}, ready_since = NULL, ending = 0`;

const ADVANCE = advanceBy(proven);
const ADVANCE_WITHOUT_MAIL = withoutMail(ADVANCE);
const ADVANCE_AND_RELEASE = withoutMail(advanceBy(releasing("?9")));
const ADVANCE_AND_EMPTY = advanceBy(emptying);

// A turn that took nothing in and brought nothing forth proves nothing: the claims go on counting.
const ADVANCE_UNPROVEN = advanceBy("");

const HAND_ON = withoutMail(handOnBy(proven));
const HAND_ON_AND_RELEASE = withoutMail(handOnBy(releasing("?16")));
const HAND_ON_AND_EMPTY = handOnBy(emptying);

export interface Advanced {
  /** Messages may be queued. */
  readonly hadMail: boolean;
  readonly isReleased: boolean;
  /** The work items of the turn have been dealt with. */
  readonly hasHandedOn: boolean;
}

const advanced = (hasHandedOn: boolean) => ({
  withMail: { hadMail: true, isReleased: false, hasHandedOn },
  kept: { hadMail: false, isReleased: false, hasHandedOn },
  released: { hadMail: false, isReleased: true, hasHandedOn },
});
const { withMail, kept, released } = advanced(false);
const handedOn = advanced(true);

/** Null if the turn is fenced. */
export function advance(context: BatchContext, key: number, turn: TurnCommit): Advanced | null {
  const { tx, nodeId } = context;
  const { turnId, epoch, executionId, lastEventId, events, ackedMessages, ackedWork, mailboxRoom = null } = turn;
  const values = [lastEventId + events.length, turnId, mailboxRoom, key, nodeId, epoch, executionId, lastEventId];
  const sequential = handOn(context, key, turn, values);
  if (sequential !== null) return sequential;
  // What ends is looked for where it is; all else is done to rows of the queue.
  if (turn.closes || turn.release || turn.cancelledWork.length > 0) setDown(tx, key);
  if (events.length + ackedMessages.length + ackedWork.length === 0) {
    return tx.db.run(ADVANCE_UNPROVEN, ...values) === 1 ? withMail : null;
  }
  if (ackedMessages.length > 0) return tx.db.run(ADVANCE_AND_EMPTY, ...values) === 1 ? withMail : null;
  if (turn.release && turn.quarantine === null) {
    if (tx.db.run(ADVANCE_AND_RELEASE, ...values, availableAt(tx, turn)) === 1) return released;
  } else if (tx.db.run(ADVANCE_WITHOUT_MAIL, ...values) === 1) return kept;
  return tx.db.run(ADVANCE, ...values) === 1 ? withMail : null;
}

/** All of a sequential step but its events, in one statement; null if the turn is none, and then nothing is done. */
function handOn(context: BatchContext, key: number, turn: TurnCommit, values: SQLInputValue[]): Advanced | null {
  if (!isSequential(turn)) return null;
  const { tx, slots } = context;
  const item = turn.work[0];
  const open = item && slots.openTo(item);
  if (item !== undefined && open === undefined) return null;
  const result = runHandOn(tx, turn, [...values, ...columnsOf(item, tx.now), turn.ackedWork[0]?.id ?? null]);
  if (result !== null && item !== undefined) slots.take(open as Slots, item, turn.instanceId, key);
  return result;
}

function runHandOn(tx: Transaction, turn: TurnCommit, values: SQLInputValue[]): Advanced | null {
  if (turn.ackedMessages.length > 0) {
    return tx.db.run(HAND_ON_AND_EMPTY, ...values) === 1 ? handedOn.withMail : null;
  }
  if (!turn.release) return tx.db.run(HAND_ON, ...values) === 1 ? handedOn.kept : null;
  return tx.db.run(HAND_ON_AND_RELEASE, ...values, availableAt(tx, turn)) === 1 ? handedOn.released : null;
}

/** At most one item ends and one follows, and a row may carry them. */
function isSequential({ ackedWork, work, release, quarantine }: TurnCommit): boolean {
  if (ackedWork.length > 1 || work.length > 1 || ackedWork.length + work.length === 0) return false;
  if (quarantine !== null) return false;
  const [ended, item] = [ackedWork[0], work[0]];
  if (ended !== undefined && (ended.instance === undefined || ended.delivery !== carriedDelivery)) return false;
  return item === undefined || (!release && isCarriable(item));
}

const columnsOf = (item: NewWorkItem | undefined, now: number): SQLInputValue[] =>
  item === undefined
    ? [null, null, null, null, null, null]
    : [item.id, item.queue, item.name, item.body, item.payload, now];

export const availableAt = (tx: Transaction, turn: TurnCommit): number => tx.now + Math.ceil(turn.availableInMs);
