import type { FetchedInstance, FetchedInstances, FetchInstances } from "../contract.ts";
import { byAge, type ClaimableInstance, findClaimable } from "./claimable-instances.ts";
import { parentFromColumns, type ParentColumns } from "./instance-row.ts";
import { holdsLease, isOnlyNode } from "./node-lease.ts";
import { queuedMessages } from "./queued-messages.ts";
import { loadHistory } from "./read-history.ts";
import type { ReadyInstance } from "./ready-instances.ts";
import type { Transaction } from "./transaction.ts";

const SELECT_OWNED_READY = `
  SELECT key, ready_since FROM perdure_ownerships
   WHERE owner = ? AND ready_since IS NOT NULL
   ORDER BY ready_since, key`;

const CLAIM = `
  UPDATE perdure_ownerships SET owner = ?, epoch = epoch + 1, claims = claims + 1 WHERE key = ?`;

const SELECT_INSTANCE = `
  SELECT i.instance_id, i.run_id, o.epoch, o.claims, o.execution_id, o.last_event_id, o.handler, o.ending,
         i.parent_instance_id, i.parent_run_id, i.parent_execution_id, i.parent_event_id
    FROM perdure_instances i JOIN perdure_ownerships o ON o.key = i.key
   WHERE i.key = ?`;

type InstanceColumns = [
  ...[instanceId: string, runId: string, epoch: number, claims: number, executionId: number, lastEventId: number],
  ...[handler: string, ending: number],
  ...ParentColumns,
];

export function fetchInstances(tx: Transaction, request: FetchInstances): FetchedInstances {
  const none = { storeNow: tx.now, instances: [], busyHasMail: false, nextAvailableAt: null };
  if (!holdsLease(tx, request.nodeId)) return none;
  // Whoever asks for the unservable will end what it gets, and must not get what it already runs.
  const ready = request.unservableForMs === null ? ownedReady(tx, request) : [];
  const busy = new Set(request.busy.map(Number));
  const owned = ready.filter(({ key }) => !busy.has(key));
  const busyHasMail = owned.length < ready.length;
  const { trusted, suspect, suspectIsDue, isAll, ...claimable } = findClaimable(tx, request);
  const nothingElse = owned.length === 0 && trusted.length === 0;
  if (suspect !== null && (suspectIsDue || nothingElse)) {
    return { storeNow: tx.now, instances: [claim(tx, suspect, request)], busyHasMail, ...claimable };
  }
  const aged = [
    ...owned.map((since) => ({ since, fetched: () => load(tx, since.key, request.messageLimit) })),
    ...trusted.map((since) => ({ since, fetched: () => claim(tx, since, request) })),
  ].toSorted((a, b) => byAge(a.since, b.since));
  // A suspect is held back for what comes with this answer, and nobody else will say that it is there.
  const nextAvailableAt = suspect === null ? claimable.nextAvailableAt : tx.now;
  if (isAll && !busyHasMail && isOnlyNode(tx, request.nodeId)) tx.wake.instancesTaken();
  return { storeNow: tx.now, instances: aged.map(({ fetched }) => fetched()), busyHasMail, nextAvailableAt };
}

function ownedReady(tx: Transaction, request: FetchInstances): ReadyInstance[] {
  const rows = tx.db.all<[number, number]>(SELECT_OWNED_READY, request.nodeId);
  return rows.map(([key, readySince]) => ({ key, readySince }));
}

function claim(tx: Transaction, ready: ClaimableInstance, request: FetchInstances): FetchedInstance {
  tx.db.run(CLAIM, request.nodeId, ready.key);
  const row = selectInstance(tx, ready.key);
  const [, , , , executionId, lastEventId, , ending] = row;
  // One that is to be ended is never withheld: nobody will run its code, and it would come back again and again.
  if (ready.claims >= request.quarantineAfter && ending === 0) {
    return { ...fromColumns(ready.key, row), withheld: true, messages: [], history: null };
  }
  return {
    ...fromColumns(ready.key, row),
    withheld: false,
    messages: queuedMessages(tx.db, ready.key, request.messageLimit),
    history: lastEventId === 0 ? [] : loadHistory(tx.db, ready.key, executionId),
  };
}

function load(tx: Transaction, key: number, messageLimit: number): FetchedInstance {
  const messages = queuedMessages(tx.db, key, messageLimit);
  return { ...fromColumns(key, selectInstance(tx, key)), withheld: false, messages, history: null };
}

function selectInstance(tx: Transaction, key: number): InstanceColumns {
  return tx.db.get<InstanceColumns>(SELECT_INSTANCE, key) as InstanceColumns;
}

function fromColumns(key: number, row: InstanceColumns) {
  const [instanceId, runId, epoch, claims, executionId, lastEventId, handler, , ...parent] = row;
  return {
    ref: key,
    instanceId,
    runId,
    epoch,
    claims,
    executionId,
    lastEventId,
    handler,
    parent: parentFromColumns(parent),
  };
}
