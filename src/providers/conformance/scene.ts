import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type {
  CommitBatch,
  CommitResult,
  EventRow,
  FetchedInstance,
  FetchedInstances,
  FetchInstances,
  MessageLane,
  NewInstance,
  NewMessage,
  NewTimer,
  NewWorkItem,
  Provider,
  TurnCommit,
  TurnOutcome,
  WorkFence,
  WorkItem,
} from "../contract.ts";

/** A store that is made for one check, empty, and is removed after it. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly provider: Provider;
  /** Another provider on the same store, as another process would have; null when there can be none. */
  readonly openAnother: (() => Promise<Provider>) | null;
}

/**
 * Makes a store whose time is this clock's, for its leases as well. The clock stands still until a check moves it, at
 * times backwards.
 */
export type OpenStore = (clock: Clock) => Promise<StoreUnderTest>;

/** Time that stands still until a check moves it. */
class ManualClock {
  now = 1_700_000_000_000;

  readonly read: Clock = () => this.now;

  advance(ms: number): void {
    this.now += ms;
  }
}

/** One check's store, clock and nodes. */
export class Scene implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly #store: StoreUnderTest;
  readonly #opened: Provider[] = [];

  static async open(openStore: OpenStore): Promise<Scene> {
    const clock = new ManualClock();
    return new Scene(clock, await openStore(clock.read));
  }

  private constructor(clock: ManualClock, store: StoreUnderTest) {
    this.clock = clock;
    this.#store = store;
  }

  get provider(): Provider {
    return this.#store.provider;
  }

  /** Another provider on the same store; null when there can be none. It is closed with the scene. */
  async openAnother(): Promise<Provider | null> {
    const another = await this.#store.openAnother?.();
    if (another === undefined) return null;
    this.#opened.push(another);
    return another;
  }

  async node(options: Partial<NodeOptions> = {}): Promise<TestNode> {
    const node = new TestNode(this.provider, { ...defaultNode, ...options });
    await node.openLease();
    return node;
  }

  nodeWithoutLease(): TestNode {
    return new TestNode(this.provider, defaultNode);
  }

  /** Starts instances with these ids, and returns what was passed. */
  async start(...instanceIds: readonly string[]): Promise<NewInstance[]> {
    const starts = instanceIds.map((instanceId) => newInstance(instanceId));
    await this.provider.createInstances(starts);
    return starts;
  }

  /** Starts one instance and has the node own it, its start message not yet acked. */
  async claimed(node: TestNode, instanceId: string): Promise<FetchedInstance> {
    await this.start(instanceId);
    const fetched = await node.fetch();
    return found(fetched.instances.find((instance) => instance.instanceId === instanceId));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const another of this.#opened) await another.close();
    await this.#store[Symbol.asyncDispose]();
  }
}

interface NodeOptions {
  readonly leaseMs: number;
  readonly handlers: readonly string[];
  readonly activities: readonly string[];
}

const defaultNode: NodeOptions = { leaseMs: 15_000, handlers: ["order@1"], activities: ["charge"] };

export class TestNode {
  readonly nodeId = randomUUID();
  readonly provider: Provider;
  readonly options: NodeOptions;

  constructor(provider: Provider, options: NodeOptions) {
    this.provider = provider;
    this.options = options;
  }

  get lease() {
    const { leaseMs, handlers, activities } = this.options;
    const capabilities = [...handlers, ...activities.map((name) => `activity:default/${name}`)];
    return { nodeId: this.nodeId, durationMs: leaseMs, capabilities };
  }

  openLease() {
    return this.provider.openLease(this.lease);
  }

  renewLease() {
    return this.provider.renewLease(this.lease);
  }

  fetch(request: Partial<FetchInstances> = {}): Promise<FetchedInstances> {
    return this.provider.fetchInstances({
      nodeId: this.nodeId,
      limit: 100,
      handlers: this.options.handlers,
      busy: [],
      suspectAfter: 3,
      quarantineAfter: 5,
      unservableForMs: null,
      messageLimit: 100,
      ...request,
    });
  }

  async fetchIds(request: Partial<FetchInstances> = {}): Promise<string[]> {
    return (await this.fetch(request)).instances.map(({ instanceId }) => instanceId);
  }

  async fetchWorkIds(limit?: number): Promise<string[]> {
    return idsOf(await this.fetchWork(limit));
  }

  fetchWork(limit = 100, queue = "default", suspectLimit = 1) {
    const { activities } = this.options;
    const suspects = { suspectAfter: 2, suspectLimit };
    return this.provider.fetchWork({ nodeId: this.nodeId, queue, activities, limit, ...suspects });
  }

  /** Which of these it does not own any more. */
  async lostOf(work: readonly WorkFence[]): Promise<WorkFence[]> {
    const lost = await this.provider.findLostWork(this.nodeId, work.map(fenceOf));
    return lost.map(({ id, delivery }) => ({ id, delivery }));
  }

  commit(turns: readonly TurnCommit[], rest: Partial<CommitBatch> = {}): Promise<CommitResult> {
    return this.provider.commit({ nodeId: this.nodeId, turns, results: [], claimWork: [], ...rest });
  }

  async commitOne(turn: TurnCommit, rest: Partial<CommitBatch> = {}): Promise<TurnOutcome> {
    return found((await this.commit([turn], rest)).turns[0]);
  }

  /** Slots for a commit to fill with what it inserts. */
  slots(limit: number, queue = "default") {
    return [{ queue, activities: this.options.activities, limit }];
  }
}

export function newInstance(instanceId: string, rest: Partial<NewInstance> = {}): NewInstance {
  return {
    instanceId,
    runId: randomUUID(),
    name: "order",
    version: "1",
    handler: "order@1",
    parent: null,
    message: { body: `start ${instanceId}`, payload: "{}" },
    onConflict: null,
    ...rest,
  };
}

/** What a turn brings about besides what it records. */
export const noEffects = {
  work: [],
  timers: [],
  starts: [],
  messages: [],
  cancelledWork: [],
  cancelledTimers: [],
  closes: false,
  nextExecutionId: null,
  projection: null,
  release: false,
  availableInMs: 0,
  quarantine: null,
} as const satisfies Partial<TurnCommit>;

/** A turn that acks what was fetched and appends this many events. */
export function turnOf(instance: FetchedInstance, eventCount: number, rest: Partial<TurnCommit> = {}): TurnCommit {
  return {
    ref: instance.ref,
    instanceId: instance.instanceId,
    turnId: randomUUID(),
    epoch: instance.epoch,
    executionId: instance.executionId,
    lastEventId: instance.lastEventId,
    ackedMessages: instance.messages.map(({ token }) => token),
    ackedWork: [],
    events: eventsAfter(instance.lastEventId, eventCount),
    state: [],
    ...noEffects,
    ...rest,
  };
}

/** The turn that follows a committed one, with nothing to ack. */
export function turnAfter(turn: TurnCommit, eventCount: number, rest: Partial<TurnCommit> = {}): TurnCommit {
  const lastEventId = turn.lastEventId + turn.events.length;
  const blank = {
    turnId: randomUUID(),
    ackedMessages: [],
    ackedWork: [],
    work: [],
    timers: [],
    starts: [],
    messages: [],
    state: [],
  };
  return { ...turn, ...blank, lastEventId, events: eventsAfter(lastEventId, eventCount), ...rest };
}

export function eventsAfter(lastEventId: number, count: number): EventRow[] {
  return Array.from({ length: count }, (_, index) => {
    const eventId = lastEventId + index + 1;
    return { eventId, at: 1_700_000_000_000 + eventId, body: `event ${eventId}`, payload: eventId % 2 ? null : "{}" };
  });
}

export function message(instanceId: string, body: string, lane: MessageLane = "normal"): NewMessage {
  return { instanceId, lane, body, payload: `payload of ${body}` };
}

export function workItem(id: string, rest: Partial<NewWorkItem> = {}): NewWorkItem {
  return { id, queue: "default", name: "charge", body: `body of ${id}`, payload: "{}", startBy: null, ...rest };
}

export function timer(eventId: number, dueAt: number, rest: Partial<NewTimer> = {}): NewTimer {
  return { eventId, partition: 0, dueAt, body: `timer ${eventId}`, ...rest };
}

export const ended = (status: "completed" | "failed" | "cancelled" | "terminated") => ({
  closes: true,
  release: true,
  projection: { status, version: null, handler: null, customStatus: null },
});

export const fenceOf = ({ id, delivery, instance }: WorkFence): WorkFence =>
  instance === undefined ? { id, delivery } : { id, delivery, instance };

export const idsOf = ({ items }: { readonly items: readonly WorkItem[] }): string[] => items.map(({ id }) => id);

/** Has the node own instance `a`, which schedules these items. */
export async function schedule(scene: Scene, node: TestNode, work: readonly NewWorkItem[]): Promise<void> {
  const owned = await scene.claimed(node, "a");
  committed(await node.commitOne(turnOf(owned, 1, { work })));
}

/** As `schedule`; the node gets them, too. */
export async function delivered(
  scene: Scene,
  node: TestNode,
  work: readonly NewWorkItem[],
): Promise<readonly WorkItem[]> {
  await schedule(scene, node, work);
  return (await node.fetchWork()).items;
}

export const bodies = (instance: FetchedInstance | undefined): string[] =>
  found(instance).messages.map(({ body }) => body);

export function committed(outcome: TurnOutcome | undefined) {
  if (outcome?.status === "committed") return outcome;
  const refusal = outcome?.refused === undefined ? "" : `, because its rows were refused: ${outcome.refused}`;
  return assert.fail(
    outcome === undefined ? "The batch has no answer for this turn." : `The turn was fenced${refusal}.`,
  );
}

export function found<T>(value: T | undefined | null): T {
  if (value === undefined || value === null)
    assert.fail("The answer lacks what the check goes on with; the stack has its line.");
  return value;
}

/** A turn that takes in the end of work item `w1`, which the node runs, and schedules `w2`. */
export async function fusedTurn(scene: Scene, node: TestNode) {
  const owned = await scene.claimed(node, "a");
  const turn = turnOf(owned, 1, { work: [workItem("w1")] });
  const { work } = await node.commit([turn], { claimWork: node.slots(1) });
  const fence = fenceOf(found(work[0]));
  return { fence, fused: turnAfter(turn, 2, { ackedWork: [fence], work: [workItem("w2")] }) };
}
