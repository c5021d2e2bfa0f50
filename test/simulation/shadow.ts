import type { Decision, HistoryEvent, Message } from "../../src/history/index.ts";
import { decodeMessage } from "../../src/history/index.ts";
import type {
  EventRow,
  InstanceRef,
  InstanceStatus,
  MessageLane,
  MessageToken,
  NewInstance,
  NewMessage,
  NewTimer,
  ParentReference,
  WorkItem,
} from "../../src/providers/contract.ts";

/** Something that waits for an instance. */
export class ShadowMessage {
  readonly lane: MessageLane;
  readonly body: string;
  readonly payload: string | null;
  /** Unknown until the store has handed it out. */
  token: MessageToken | null = null;
  #decoded: Message | undefined;

  constructor({ lane, body, payload }: Omit<NewMessage, "instanceId">) {
    this.lane = lane;
    this.body = body;
    this.payload = payload;
  }

  get decoded(): Message {
    this.#decoded ??= decodeMessage(this);
    return this.#decoded;
  }
}

export interface ShadowWork extends Pick<WorkItem, "id" | "queue" | "name"> {
  readonly instance: ShadowInstance;
  readonly executionId: number;
  readonly startBy: number | null;
  owner: string | null;
  delivery: number;
  /** If its owner dies, that is a loss for what is on trial there alone. */
  isOnTrial: boolean;
  lost: number;
  failures: number;
  visibleAt: number;
}

export interface ShadowTimer extends NewTimer {
  readonly instance: ShadowInstance;
  readonly executionId: number;
}

/** An instance as it must be, if all that was acked is true. */
export class ShadowInstance {
  readonly instanceId: string;
  readonly runId: string;
  readonly parent: ParentReference | null;
  ref: InstanceRef | null = null;
  status: InstanceStatus = "pending";
  owner: string | null = null;
  epoch = 0;
  executionId = 1;
  lastTurnId: string | null = null;
  /** Turns after the last event that left none themselves, and did nothing but ack. */
  readonly emptyTurns = new Set<string>();
  quarantine: string | null = null;
  isCancelled = false;
  isDeleted = false;
  rows: EventRow[] = [];
  /** Of all executions, the current one last. */
  readonly executions: HistoryEvent[][] = [[]];
  /** Decisions that have opened something that has not ended. */
  open = new Map<number, Decision>();
  /** Payloads that have arrived and were not received. */
  mailboxes = new Map<string, string[]>();
  queue: ShadowMessage[] = [];
  /** Messages that the next execution has to begin with. */
  carried: { readonly mailbox: string; readonly payload: string }[] = [];
  turns = 0;

  constructor({ instanceId, runId, parent, message }: NewInstance) {
    this.instanceId = instanceId;
    this.runId = runId;
    this.parent = parent;
    this.queue.push(new ShadowMessage({ lane: "start", ...message }));
  }

  get hasEnded(): boolean {
    return this.status !== "pending" && this.status !== "running";
  }

  get lastEventId(): number {
    return this.rows.length;
  }
}

/** Everything that the store must hold by now. */
export class Shadow {
  readonly instances = new Map<string, ShadowInstance>();
  readonly byRef = new Map<InstanceRef, ShadowInstance>();
  readonly all: ShadowInstance[] = [];
  readonly work = new Map<string, ShadowWork>();
  readonly #timers = new Map<string, ShadowTimer>();
  readonly leases = new Map<string, number>();

  get timers(): ShadowTimer[] {
    return [...this.#timers.values()];
  }

  createTimer(timer: ShadowTimer): void {
    this.#timers.set(keyOf(timer), timer);
  }

  hasTimer(timer: TimerKey): boolean {
    return this.#timers.has(keyOf(timer));
  }

  removeTimer(timer: TimerKey): void {
    this.#timers.delete(keyOf(timer));
  }

  start(start: NewInstance): "created" | "exists" {
    const existing = this.instances.get(start.instanceId);
    if (existing !== undefined) return existing.runId === start.runId ? "created" : "exists";
    const instance = new ShadowInstance(start);
    this.instances.set(start.instanceId, instance);
    this.all.push(instance);
    return "created";
  }

  send(message: NewMessage): "queued" | "unknown" | "ended" {
    const receiver = this.instances.get(message.instanceId);
    if (receiver === undefined) return "unknown";
    if (receiver.hasEnded) return "ended";
    receiver.queue.push(new ShadowMessage(message));
    return "queued";
  }

  /** Whoever owned anything under this id does so no longer. */
  disown(nodeId: string, how: "lost" | "handed back"): void {
    this.leases.delete(nodeId);
    for (const instance of this.all) if (instance.owner === nodeId) instance.owner = null;
    const owned = [...this.work.values()].filter(({ owner }) => owner === nodeId);
    const someAreOnTrial = owned.some(({ isOnTrial }) => isOnTrial);
    for (const item of owned) {
      item.owner = null;
      if (how === "lost" && item.isOnTrial === someAreOnTrial) item.lost += 1;
    }
  }

  /** Of an execution that has ended, or an instance that is gone. */
  removeRows(instance: ShadowInstance): void {
    for (const [id, item] of this.work) if (item.instance === instance) this.work.delete(id);
    for (const timer of this.timers) if (timer.instance === instance) this.removeTimer(timer);
  }
}

type TimerKey = Pick<ShadowTimer, "instance" | "executionId" | "eventId">;

const keyOf = ({ instance, executionId, eventId }: TimerKey) => `${instance.runId}.${executionId}.${eventId}`;
