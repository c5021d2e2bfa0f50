import type { EventRow, FetchedInstance, FetchedInstances, FetchInstances } from "../contract.ts";
import { anyNode, handlerLane, ownerLane } from "./entry-lane.ts";
import { parentFromColumns, type ParentColumns } from "./instance-row.ts";
import { groupRows, type MessageColumns, messageFromColumns } from "./message-lane.ts";
import type { Store } from "./store.ts";

type InstanceColumns = [
  ...[key: number, instanceId: string, runId: string, epoch: number, claims: number, executionId: number],
  ...[lastEventId: number, handler: string, ...parent: ParentColumns],
  ...[isNew: boolean, withheld: boolean],
];

type EventColumns = [key: number, eventId: number, at: number, body: string, payload: string | null];

interface Fetched {
  readonly store_now: number;
  readonly instances: InstanceColumns[] | null;
  readonly messages: MessageColumns[] | null;
  readonly history: EventColumns[] | null;
  readonly busy_has_mail: boolean | null;
  readonly next_available_at: number | null;
  readonly first_in_lanes: (number | null)[] | null;
  readonly first_owned: number | null;
}

export async function fetchInstances({ db, lowWater }: Store, request: FetchInstances): Promise<FetchedInstances> {
  const lanes = request.unservableForMs === null ? [anyNode, ...request.handlers.map(handlerLane)] : [];
  const own = ownerLane(request.nodeId);
  const scan = lowWater.begin([own, ...lanes]);
  const [ownFloor, ...laneFloors] = scan.floors;
  const fetched = await db.callOften<Fetched>(
    "fetch_instances",
    request.nodeId,
    lanes,
    laneFloors,
    ownFloor,
    request.busy.map(Number),
    request.limit,
    request.suspectAfter,
    request.quarantineAfter,
    request.unservableForMs,
    request.messageLimit,
  );
  const { store_now: storeNow, first_in_lanes: firsts, first_owned: firstOwned } = fetched;
  if (firsts !== null && lanes.length > 0) scan.end([firstOwned, ...firsts], storeNow);
  const { busy_has_mail: busyHasMail, next_available_at: nextAvailableAt } = fetched;
  return { storeNow, instances: instancesFrom(fetched), busyHasMail: busyHasMail ?? false, nextAvailableAt };
}

function instancesFrom({ instances, messages, history }: Fetched): FetchedInstance[] {
  const messagesOf = groupRows(messages);
  const historyOf = groupRows(history);
  return (instances ?? []).map((columns) => {
    const [key, instanceId, runId, epoch, claims, executionId, lastEventId, handler] = columns;
    const [, , , , , , , , parentId, parentRun, parentExecution, parentEvent, isNew, withheld] = columns;
    return {
      ref: key,
      instanceId,
      runId,
      epoch,
      claims,
      withheld,
      executionId,
      lastEventId,
      handler,
      parent: parentFromColumns([parentId, parentRun, parentExecution, parentEvent]),
      messages: withheld ? [] : (messagesOf.get(key) ?? []).map(messageFromColumns),
      history: withheld || !isNew ? null : (historyOf.get(key) ?? []).map(eventFromColumns),
    };
  });
}

function eventFromColumns([, eventId, at, body, payload]: EventColumns): EventRow {
  return { eventId, at, body, payload };
}
