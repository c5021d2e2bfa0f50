import type {
  EventRow,
  FetchedInstance,
  FetchedInstances,
  FetchInstances,
  InstanceRef,
  QueuedMessage,
  Kept,
} from "../../../src/providers/contract.ts";
import { missingForMs } from "./capabilities.ts";
import { anyNode, handlerNeeded } from "./handler-needed.ts";
import { holdsLease } from "./leases.ts";
import type { InstanceRow, Rows } from "./rows.ts";

/** So long a suspect waits for a moment when nothing else is to be done. */
const suspectPatienceMs = 10_000;

export function fetchInstances(rows: Rows, request: FetchInstances): FetchedInstances {
  const { now: storeNow } = rows;
  if (!holdsLease(rows, request.nodeId)) {
    return { storeNow, instances: [], busyHasMail: false, nextAvailableAt: null };
  }
  const { owned, busyHasMail, trusted, suspects, nextAvailableAt, isAll } = findReady(rows, request);
  const [suspect] = request.limit > 0 ? suspects : [];
  if (suspect !== undefined && (hasWaited(rows, suspect) || owned.length + trusted.length === 0)) {
    return { storeNow, instances: [claim(rows, suspect, request)], busyHasMail, nextAvailableAt };
  }
  const taken = [...owned, ...trusted.slice(0, request.limit)].toSorted(byAge);
  const instances = taken.map((row) => (row.owner === null ? claim(rows, row, request) : loaded(row, request)));
  const isHeldBack = suspect !== undefined;
  if (isAll && !busyHasMail && rows.nodes.size === 1) rows.wake.instancesTaken();
  return { storeNow, instances, busyHasMail, nextAvailableAt: isHeldBack ? storeNow : nextAvailableAt };
}

function findReady(rows: Rows, request: FetchInstances) {
  const { nodeId, unservableForMs, suspectAfter, limit } = request;
  const busy = new Set(request.busy);
  const owned: InstanceRow[] = [];
  const trusted: InstanceRow[] = [];
  const suspects: InstanceRow[] = [];
  let [busyHasMail, allAreAllowed] = [false, true];
  let nextAvailableAt: number | null = null;
  for (const row of rows.withMail) {
    if (row.owner !== null) {
      // Whoever asks for the unservable will end what it gets, and must not get what it already runs.
      if (row.owner !== nodeId || unservableForMs !== null) continue;
      if (busy.has(row.key)) busyHasMail = true;
      else owned.push(row);
      continue;
    }
    const needed = handlerNeeded(row);
    if (needed === null) continue;
    if (!isAllowed(rows, request, needed)) {
      allAreAllowed = false;
      continue;
    }
    const since = row.readySince as number;
    if (since > rows.now) nextAvailableAt = Math.min(since, nextAvailableAt ?? since);
    else (row.claims < suspectAfter ? trusted : suspects).push(row);
  }
  const isAll = allAreAllowed && suspects.length === 0 && trusted.length < limit;
  return {
    owned,
    busyHasMail,
    trusted: trusted.toSorted(byAge),
    suspects: suspects.toSorted(byAge),
    nextAvailableAt,
    isAll,
  };
}

function isAllowed(rows: Rows, { handlers, unservableForMs }: FetchInstances, needed: string): boolean {
  if (unservableForMs === null) return needed === anyNode || handlers.includes(needed);
  const missingMs = needed === anyNode ? null : missingForMs(rows, needed);
  return missingMs !== null && missingMs >= unservableForMs;
}

const byAge = (a: InstanceRow, b: InstanceRow): number =>
  (a.readySince as number) - (b.readySince as number) || a.key - b.key;

const hasWaited = ({ now }: Rows, { readySince, availableAt }: InstanceRow): boolean =>
  now - Math.max(readySince as number, availableAt) >= suspectPatienceMs;

function claim(rows: Rows, row: InstanceRow, request: FetchInstances): FetchedInstance {
  const claimsBefore = row.claims;
  rows.setOwner(row, request.nodeId);
  row.epoch += 1;
  row.claims += 1;
  // One that is to be ended is never withheld: nobody will run its code, and it would come back again and again.
  if (claimsBefore >= request.quarantineAfter && row.messages[0]?.lane !== "ending") {
    return { ...shown(row), withheld: true, messages: [], history: null };
  }
  return {
    ...shown(row),
    withheld: false,
    messages: queuedMessages(row, request.messageLimit),
    history: historyOf(row).slice(),
  };
}

const loaded = (row: InstanceRow, { messageLimit }: FetchInstances): FetchedInstance => ({
  ...shown(row),
  withheld: false,
  messages: queuedMessages(row, messageLimit),
  history: null,
});

const shown = ({
  key: ref,
  instanceId,
  runId,
  epoch,
  claims,
  executionId,
  lastEventId,
  handler,
  parent,
}: InstanceRow) => ({ ref, instanceId, runId, epoch, claims, executionId, lastEventId, handler, parent });

export const queuedMessages = ({ messages }: InstanceRow, limit: number): readonly QueuedMessage[] =>
  messages.slice(0, limit);

export const historyOf = ({ executions, executionId }: InstanceRow): readonly EventRow[] =>
  executions.get(executionId) ?? [];

type Claims = readonly { readonly ref: InstanceRef; readonly epoch: number }[];

export function releaseInstances(rows: Rows, nodeId: string, claims: Claims): void {
  for (const { ref, epoch } of claims) {
    const row = rows.byKey.get(ref);
    if (row?.owner !== nodeId || row.epoch !== epoch) continue;
    rows.setOwner(row, null);
    row.claims = Math.max(0, row.claims - 1);
    if (row.readySince !== null) rows.wake.instancesReady();
  }
}

export function releaseAllExcept(rows: Rows, nodeId: string, kept: Kept): void {
  const keptRefs = new Set(kept.instances);
  const others = rows.ownedBy(nodeId).filter(({ key }) => !keptRefs.has(key));
  const claims = others.map(({ key: ref, epoch }) => ({ ref, epoch }));
  releaseInstances(rows, nodeId, claims);
  for (const item of rows.workOf(nodeId)) {
    if (kept.work.some(({ id, delivery }) => id === item.id && delivery === item.delivery)) continue;
    rows.handBackWork(item);
    rows.wake.workQueued();
  }
}
