import type { Clock } from "../../../src/providers/clock.ts";
import { StoreClock } from "../../../src/providers/clock.ts";
import type {
  EventRow,
  InstanceRecord,
  NewInstance,
  NewTimer,
  NewWorkItem,
  QueuedMessage,
} from "../../../src/providers/contract.ts";
import { PendingWake } from "../../../src/providers/sqlite/pending-wake.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** An instance as it is shown, who owns it, and all that is its own. */
export interface InstanceRow extends Writable<InstanceRecord> {
  readonly key: number;
  owner: string | null;
  epoch: number;
  claims: number;
  lastEventId: number;
  turnId: string | null;
  handler: string;
  availableAt: number;
  /** Since when messages wait and may be taken; null exactly when none is queued. */
  readySince: number | null;
  readonly executions: Map<number, EventRow[]>;
  /** In the order in which they are handed out. */
  readonly messages: MessageRow[];
  readonly state: Map<string, string>;
  readonly work: Set<WorkRow>;
  readonly timers: Map<string, TimerRow>;
}

interface MessageRow extends QueuedMessage {
  readonly token: number;
}

export interface WorkRow extends NewWorkItem {
  readonly seq: number;
  readonly instance: InstanceRow;
  readonly executionId: number;
  readonly scheduledAt: number;
  owner: string | null;
  delivery: number;
  failures: number;
  lost: number;
  onTrial: boolean;
  visibleAt: number;
  heartbeat: string | null;
  note: string | null;
}

export interface TimerRow extends NewTimer {
  readonly instance: InstanceRow;
  readonly executionId: number;
}

interface NodeRow {
  leaseUntil: number;
  capabilities: ReadonlySet<string>;
}

/** What the store holds, with as much of an index as its searches need. */
export class Rows {
  readonly #clock: StoreClock;
  readonly byId = new Map<string, InstanceRow>();
  readonly byKey = new Map<unknown, InstanceRow>();
  /** Those with messages that wait. */
  readonly withMail = new Set<InstanceRow>();
  readonly nodes = new Map<string, NodeRow>();
  readonly work = new Map<string, WorkRow>();
  readonly unowned = new Map<string, Set<WorkRow>>();
  readonly timers = new Map<number, Set<TimerRow>>();
  /** For how long no live node has had what is needed, and up to when that was counted. */
  readonly missing = new Map<string, { readonly missingMs: number; readonly countedUntil: number }>();
  readonly #owned = new Map<string, Set<InstanceRow>>();
  wake = new PendingWake();
  /** The same all through one call. */
  now = 0;
  leaseNow = 0;
  #lastKey = 0;
  #lastSeq = 0;

  constructor(clock: Clock) {
    this.#clock = new StoreClock(clock);
  }

  readClock(): number {
    this.now = this.#clock.now();
    this.leaseNow = this.#clock.leaseNow();
    return this.now;
  }

  insertInstance({ instanceId, runId, name, version, handler, parent }: NewInstance): InstanceRow {
    this.#lastKey += 1;
    const row: InstanceRow = {
      key: this.#lastKey,
      instanceId,
      runId,
      name,
      version,
      status: "pending",
      executionId: 1,
      parent,
      createdAt: this.now,
      updatedAt: this.now,
      customStatus: null,
      quarantine: null,
      owner: null,
      epoch: 0,
      claims: 0,
      lastEventId: 0,
      turnId: null,
      handler,
      availableAt: 0,
      readySince: null,
      executions: new Map(),
      messages: [],
      state: new Map(),
      work: new Set(),
      timers: new Map(),
    };
    this.byId.set(instanceId, row);
    this.byKey.set(row.key, row);
    return row;
  }

  removeInstance(row: InstanceRow): void {
    for (const item of row.work) this.removeWork(item);
    for (const timer of row.timers.values()) this.removeTimer(timer);
    this.setOwner(row, null);
    this.setReady(row, null);
    this.byId.delete(row.instanceId);
    this.byKey.delete(row.key);
  }

  setOwner(row: InstanceRow, owner: string | null): void {
    if (row.owner !== null) this.#owned.get(row.owner)?.delete(row);
    row.owner = owner;
    if (owner === null) return;
    const owned = this.#owned.get(owner);
    if (owned === undefined) this.#owned.set(owner, new Set([row]));
    else owned.add(row);
  }

  ownedBy(nodeId: string): readonly InstanceRow[] {
    return [...(this.#owned.get(nodeId) ?? [])];
  }

  setReady(row: InstanceRow, since: number | null): void {
    row.readySince = since;
    if (since === null) this.withMail.delete(row);
    else this.withMail.add(row);
  }

  nextSeq(): number {
    this.#lastSeq += 1;
    return this.#lastSeq;
  }

  insertWork(row: WorkRow): void {
    this.work.set(row.id, row);
    row.instance.work.add(row);
    if (row.owner === null) this.#offer(row);
  }

  takeWork(row: WorkRow, nodeId: string, suspectAfter = Infinity): void {
    row.onTrial = row.lost >= suspectAfter;
    this.unowned.get(row.queue)?.delete(row);
    row.owner = nodeId;
    row.delivery += 1;
  }

  handBackWork(row: WorkRow): void {
    row.owner = null;
    this.#offer(row);
  }

  workOf(nodeId: string): readonly WorkRow[] {
    return [...this.work.values()].filter(({ owner }) => owner === nodeId);
  }

  removeWork(row: WorkRow): void {
    this.work.delete(row.id);
    row.instance.work.delete(row);
    if (row.owner === null) this.unowned.get(row.queue)?.delete(row);
  }

  #offer(row: WorkRow): void {
    const queue = this.unowned.get(row.queue);
    if (queue === undefined) this.unowned.set(row.queue, new Set([row]));
    else queue.add(row);
  }

  insertTimer(timer: TimerRow): void {
    timer.instance.timers.set(timerKey(timer), timer);
    const partition = this.timers.get(timer.partition);
    if (partition === undefined) this.timers.set(timer.partition, new Set([timer]));
    else partition.add(timer);
  }

  removeTimer(timer: TimerRow): void {
    timer.instance.timers.delete(timerKey(timer));
    this.timers.get(timer.partition)?.delete(timer);
  }
}

export const timerKey = ({ executionId, eventId }: { readonly executionId: number; readonly eventId: number }) =>
  `${executionId}.${eventId}`;
