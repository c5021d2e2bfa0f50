import { splitHandler } from "../definition/index.ts";
import type { PerdureError } from "../errors/index.ts";
import {
  type ExecutionEnded,
  type HistoryEvent,
  type OpenOperation,
  type OrchestrationStarted,
  type StartMessage,
  decodeEvent,
  decodeHistory,
  encodeEvent,
  openChildren,
} from "../history/index.ts";
import type { EventRow } from "../providers/contract.ts";
import { encodeValue } from "../values/index.ts";
import { endExecution, imposedEnd } from "./execution-end.ts";
import type { Inbox } from "./inbox.ts";
import type { Instance } from "./instance.ts";
import type { TurnNode } from "./node.ts";
import { parentOf } from "./parent-of.ts";
import { type PreparedTurn, describeMessage, droppedBefore, emptyTurn } from "./prepared-turn.ts";
import { startedDraft } from "./start-event.ts";

export interface ImposedEnd {
  readonly instance: Instance;
  readonly inbox: Inbox;
  readonly error: PerdureError;
  /** How the execution started, if that was in this very turn. */
  readonly started?: OrchestrationStarted | undefined;
}

/** Ends an execution without running its code any further, whatever state it and its messages are in. */
export async function imposeEnd({ provider }: TurnNode, imposed: ImposedEnd): Promise<PreparedTurn> {
  const { instance, inbox, error } = imposed;
  const at = Math.max(provider.now(), instance.engine?.log.now ?? 0, instance.unreplayed?.at(-1)?.at ?? 0);
  const events: HistoryEvent[] = [];
  if (instance.lastEventId === 0) {
    const start = inbox.start ?? lostStart(instance);
    const version = start.version ?? "*";
    events.push(imposed.started ?? { ...startedDraft(instance, start, { version, at }), eventId: 1, at });
  }
  const [first] = events;
  const end: ExecutionEnded = { ...imposedEnd(error), eventId: instance.lastEventId + events.length + 1, at };
  events.push(end);
  const { instanceId, runId, executionId } = instance;
  const effects = endExecution({
    instanceId,
    runId,
    executionId,
    parent: parentOf(instance, inbox.start),
    openChildren: await childrenOf(provider, instance),
    end,
    carried: null,
  });
  return {
    commit: {
      ...emptyTurn(instance),
      messages: [...effects.messages, ...inbox.replies],
      closes: true,
      projection: {
        status: effects.status,
        version: first?.kind === "OrchestrationStarted" ? first.version : null,
        handler: null,
        customStatus: null,
      },
      ackedMessages: instance.queued.map(({ token }) => token),
      events: events.map(encodeEvent),
      release: true,
    },
    events,
    dropped: [
      ...droppedBefore(inbox),
      ...inbox.received.map(({ draft }) => ({ what: describeMessage(draft), why: "the instance was ended" })),
    ],
    note: error.message,
  };
}

/** What is left of a start that cannot be read: what the instance was addressed by. */
function lostStart({ runId, executionId, handler, parent }: Instance): StartMessage {
  const { name, version } = splitHandler(handler);
  const payload = encodeValue(undefined, { path: "input", maxBytes: Infinity });
  const pinned = version === "*" ? {} : { version };
  return { kind: "Start", runId, executionId, name, ...pinned, ...(parent && { parent }), payload };
}

type Child = Pick<OpenOperation, "eventId" | "instanceId" | "onParentEnd">;

async function childrenOf(provider: TurnNode["provider"], instance: Instance): Promise<readonly Child[]> {
  if (instance.lastEventId === 0) return [];
  if (instance.engine !== null && instance.fault === null && !instance.engine.isOver) {
    return instance.engine.openOperations().filter(({ kind }) => kind === "SubOrchestrationScheduled");
  }
  const { instanceId, runId, executionId } = instance;
  const rows = instance.unreplayed ?? (await provider.readHistory(instanceId, executionId)) ?? [];
  try {
    return openChildren(decodeHistory(rows));
  } catch {
    // The children's own links say whose they are, and what can be read of the history what is to become of them.
    const known = new Map(openChildren(readableEvents(rows)).map((child) => [child.eventId, child]));
    const records = await provider.listChildren(instanceId, runId);
    return records.flatMap(({ instanceId: childId, parent }) =>
      parent?.executionId === executionId
        ? [known.get(parent.eventId) ?? { instanceId: childId, eventId: parent.eventId }]
        : [],
    );
  }
}

function readableEvents(rows: readonly EventRow[]): HistoryEvent[] {
  return rows.flatMap((row) => {
    try {
      return [decodeEvent(row)];
    } catch {
      return [];
    }
  });
}
