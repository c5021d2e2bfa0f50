import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../src/providers/clock.ts";
import type { FetchedInstance, TurnCommit, WorkFence } from "../../src/providers/contract.ts";
import {
  committed,
  ended,
  fenceOf,
  found,
  message,
  Scene,
  type StoreUnderTest,
  type TestNode,
  turnAfter,
  turnOf,
  workItem,
} from "../../src/providers/conformance/scene.ts";

// An item that its instance's row carries must be to everybody what it would be in the queue. So each operation is done
// to both, and all that can be seen afterwards is compared.

interface World {
  readonly scene: Scene;
  readonly node: TestNode;
  readonly other: TestNode;
  readonly owned: FetchedInstance;
  /** The turn that scheduled the item. */
  readonly turn: TurnCommit;
  readonly fence: WorkFence;
  /** Turns that are committed beside the one in question. */
  readonly beside: () => readonly TurnCommit[];
}

type Operation = (world: World) => Promise<unknown>;

const complete = ({ fence }: World) => ({ ...fence, kind: "complete" as const, message: message("a", "done") });

/** Of an instance that there is not. */
const foreignTurn = (turn: TurnCommit): TurnCommit => ({
  ...turn,
  ref: 999_999,
  instanceId: "b",
  turnId: "b",
  work: [],
});

const commitResult =
  (result: (world: World) => object): Operation =>
  (world) =>
    world.node.commit([], { results: [{ ...world.fence, ...result(world) } as never] });

const commitAfter =
  (eventCount: number, rest: (world: World) => Partial<TurnCommit>): Operation =>
  (world) => {
    const { node, turn, beside } = world;
    const after = turnAfter(turn, eventCount, rest(world));
    return node.commit([...beside(), after], { claimWork: node.slots(1) });
  };

const afterBeat =
  (then: string): Operation =>
  async (world) => {
    const { node, fence } = world;
    assert.ok(await node.provider.heartbeatWork(node.nodeId, fence, "half"));
    return await found(operations[then])(world);
  };

const operations: Record<string, Operation> = {
  "nothing is done": async () => undefined,
  "it is completed": commitResult(complete),
  "it is to be tried again": commitResult(() => ({ kind: "retry", delayMs: 5, note: "failed" })),
  "it is handed back": commitResult(() => ({ kind: "abandon" })),
  "another delivery is completed": ({ node, fence, ...world }) =>
    node.commit([], { results: [complete({ ...world, node, fence: { ...fence, delivery: 2 } })] }),
  "another node completes it": ({ other, ...world }) => other.commit([], { results: [complete({ other, ...world })] }),
  "its heart beats": ({ node, fence }) => node.provider.heartbeatWork(node.nodeId, fence, "half"),
  "its heart beats without details": ({ node, fence }) => node.provider.heartbeatWork(node.nodeId, fence, null),
  "its heart beats at another delivery": ({ node, fence }) =>
    node.provider.heartbeatWork(node.nodeId, { ...fence, delivery: 2 }, null),
  "another node's heart beats for it": ({ other, fence }) => other.provider.heartbeatWork(other.nodeId, fence, "x"),
  "another node's heart beats for it without details": ({ other, fence }) =>
    other.provider.heartbeatWork(other.nodeId, fence, null),
  "its trial ends": ({ node, fence }) => node.provider.endTrial(node.nodeId, fence),
  "it is looked for": async ({ node, other, fence }) => [
    (await node.provider.findLostWork(node.nodeId, [fence, { ...fence, delivery: 2 }])).map(({ delivery }) => delivery),
    (await other.provider.findLostWork(other.nodeId, [fence])).length,
  ],
  "it is completed in a transaction": ({ node, fence }) =>
    found(node.provider.transactions).completeWork({
      nodeId: node.nodeId,
      fence,
      signal: new AbortController().signal,
      run: () => message("a", "done"),
    }),
  "its instance is released": ({ node, owned }) => node.provider.releaseInstances(node.nodeId, [owned]),
  "its instance is not known to its owner": ({ node, fence }) =>
    node.provider.releaseAllExcept(node.nodeId, { instances: [], work: [fence] }),
  "it is not known to its owner": ({ node, owned }) =>
    node.provider.releaseAllExcept(node.nodeId, { instances: [owned.ref], work: [] }),
  "its owner leaves": ({ node }) => node.provider.closeLease(node.nodeId),
  "its owner's lease expires": ({ scene, other }) => {
    scene.clock.advance(10_000);
    return other.renewLease();
  },
  "it is cancelled": commitAfter(1, ({ fence }) => ({ cancelledWork: [fence.id] })),
  "its execution closes": commitAfter(1, () => ended("completed")),
  "its execution is followed by another": commitAfter(1, () => ({ closes: true, nextExecutionId: 2 })),
  "its instance is released by a turn": commitAfter(1, () => ({ release: true })),
  "its instance is released by a turn that brought nothing": commitAfter(0, () => ({ release: true })),
  "its instance is quarantined": commitAfter(0, () => ({ release: true, quarantine: "why" })),
  "a turn has nothing to do with it": commitAfter(1, () => ({})),
  "another item is scheduled beside it": commitAfter(1, () => ({ work: [workItem("w2")] })),
  "it ends in a turn": commitAfter(1, ({ fence }) => ({ ackedWork: [fence] })),
  "it ends in the last turn": commitAfter(1, ({ fence }) => ({ ackedWork: [fence], ...ended("completed") })),
  "it ends in a turn that quarantines its instance": commitAfter(1, ({ fence }) => ({
    ackedWork: [fence],
    release: true,
    quarantine: "why",
  })),
  "it ends together with another": async ({ node, turn, fence }) => {
    const second = turnAfter(turn, 1, { work: [workItem("w2")] });
    const { work } = await node.commit([second], { claimWork: node.slots(1) });
    return node.commit([turnAfter(second, 2, { ackedWork: [fence, fenceOf(found(work[0]))] })]);
  },
  "it is handed on by a turn that releases its instance": commitAfter(2, ({ fence }) => ({
    ackedWork: [fence],
    work: [workItem("w2")],
    release: true,
  })),
  "it is handed on": commitAfter(2, ({ fence }) => ({ ackedWork: [fence], work: [workItem("w2")] })),
  "it is handed on to an item that nobody has a slot for": ({ node, turn, fence }) =>
    node.commitOne(turnAfter(turn, 2, { ackedWork: [fence], work: [workItem("w2")] })),
  "it is handed on to a large one": commitAfter(2, ({ fence }) => ({
    ackedWork: [fence],
    work: [workItem("w2", { payload: large })],
  })),
  "it is handed on to one that must be started by a time": commitAfter(2, ({ fence, scene }) => ({
    ackedWork: [fence],
    work: [workItem("w2", { startBy: scene.clock.now + 5 })],
  })),
  "it is handed on to one of a session": commitAfter(2, ({ fence }) => ({
    ackedWork: [fence],
    work: [workItem("w2", { session: "s" })],
  })),
  "it is handed on to two": commitAfter(3, ({ fence }) => ({
    ackedWork: [fence],
    work: [workItem("w2"), workItem("w3")],
  })),
  "it is handed on, and there is mail": async (world) => {
    await world.scene.provider.enqueue([message("a", "m1")]);
    return found(operations["it is handed on"])(world);
  },
  "it ends, and there is mail": async (world) => {
    await world.scene.provider.enqueue([message("a", "m1")]);
    return found(operations["it ends in the last turn"])(world);
  },
  "it is handed on together with mail": async ({ scene, node, owned, turn, fence }) => {
    await scene.provider.enqueue([message("a", "m1")]);
    const [{ messages }] = (await node.fetch()).instances as [FetchedInstance];
    const ackedMessages = messages.map(({ token }) => token);
    assert.equal(messages.length, 1, owned.instanceId);
    const next = turnAfter(turn, 2, { ackedWork: [fence], work: [workItem("w2")], ackedMessages });
    return node.commit([next], { claimWork: node.slots(1) });
  },
  "it is handed on again and again": async ({ node, turn, fence, beside }) => {
    const answers: unknown[] = [];
    let [last, ended] = [turn, fence];
    for (const id of ["w2", "w3", "w4"]) {
      last = turnAfter(last, 2, { ackedWork: [ended], work: [workItem(id)] });
      const answer = await node.commit([...beside(), last], { claimWork: node.slots(1) });
      answers.push(answer);
      ended = fenceOf(found(answer.work[0]));
    }
    return answers;
  },
  "it is handed on beside a turn that does not hold": ({ node, turn, fence }) => {
    const handing = turnAfter(turn, 2, { ackedWork: [fence], work: [workItem("w2")] });
    return node.commit([handing, foreignTurn(turn)], { claimWork: node.slots(1) });
  },
  "it is completed beside a turn that does not hold": (world) =>
    world.node.commit([foreignTurn(world.turn)], { results: [complete(world)] }),
  "it is handed on while older work waits for the slot": async ({ scene, node, turn, fence, beside }) => {
    const b = await scene.claimed(node, "b");
    committed(await node.commitOne(turnOf(b, 1, { work: [workItem("older")] })));
    return node.commit([...beside(), turnAfter(turn, 2, { ackedWork: [fence], work: [workItem("w2")] })], {
      claimWork: node.slots(1),
    });
  },
  "it ends beside a result that is nobody's": ({ node, turn, fence }) =>
    node.commit([turnAfter(turn, 1, { ackedWork: [fence] })], {
      results: [{ id: "w0", delivery: 1, kind: "abandon" }],
    }),
  "its heart beats, and it is handed on": afterBeat("it is handed on"),
  "its heart beats, and it ends in the last turn": afterBeat("it ends in the last turn"),
  "its heart beats, and it is to be tried again": afterBeat("it is to be tried again"),
  "its heart beats, and it is completed in a transaction": afterBeat("it is completed in a transaction"),
  "another delivery is completed in a transaction": async ({ node, fence, ...world }) =>
    found(operations["it is completed in a transaction"])({ ...world, node, fence: { ...fence, delivery: 2 } }),
  "another item is cancelled": commitAfter(1, () => ({ cancelledWork: ["w0"] })),
  "another delivery of it is handed on": commitAfter(2, ({ fence }) => ({
    ackedWork: [{ ...fence, delivery: 2 }],
    work: [workItem("w2")],
  })),
  "an item that is none is handed on": commitAfter(2, ({ fence }) => ({
    ackedWork: [{ ...fence, id: "w0" }],
    work: [workItem("w2")],
  })),
  "its turn is sent again": ({ node, turn }) => node.commit([turn], { claimWork: node.slots(1) }),
  "a turn of an earlier epoch hands it on": commitAfter(2, ({ turn, fence }) => ({
    epoch: turn.epoch - 1,
    ackedWork: [fence],
    work: [workItem("w2")],
  })),
  "its instance is deleted": ({ scene, turn, owned }) =>
    scene.provider.deleteInstance({ instanceId: turn.instanceId, runId: owned.runId, force: true, notify: null }),
};

const large = JSON.stringify("x".repeat(2_000));

interface CarryingStore extends StoreUnderTest {
  /** The id of the item that the row of the one instance carries. */
  carried(): Promise<string | null>;
}

type Open = (clock: Clock) => Promise<CarryingStore>;

interface CheckOptions {
  /** Whether a turn that is alone in its commit is committed in another way than one among several. */
  readonly hasOtherWayAlone: boolean;
}

export function checkCarriedWork(open: Open, { hasOtherWayAlone }: CheckOptions): void {
  for (const [what, operation] of Object.entries(operations)) {
    for (const isAlone of hasOtherWayAlone ? [true, false] : [false]) {
      const where = isAlone ? "" : ", in a commit of several turns";
      test(`a carried item is what it would be in the queue: ${what}${where}`, async () => {
        const inQueue = await seenAfter(operation, { open, isAlone, isCarried: false, knowsInstance: false });
        assert.deepEqual(await seenAfter(operation, { open, isAlone, isCarried: true, knowsInstance: true }), inQueue);
        assert.deepEqual(await seenAfter(operation, { open, isAlone, isCarried: true, knowsInstance: false }), inQueue);
      });
    }
  }
  test("an item that is large is not carried, nor one that nobody runs yet", () => checkWhatIsCarried(open));
}

interface Variant {
  readonly open: Open;
  readonly isAlone: boolean;
  readonly isCarried: boolean;
  readonly knowsInstance: boolean;
}

async function seenAfter(operation: Operation, variant: Variant): Promise<unknown> {
  const { open, isAlone, isCarried, knowsInstance } = variant;
  let store: CarryingStore | undefined;
  await using scene = await Scene.open(async (clock) => (store = await open(clock)));
  const node = await scene.node({ leaseMs: 10_000 });
  const other = await scene.node({ leaseMs: 60_000 });
  const owned = await scene.claimed(node, "a");
  // What is large is never carried.
  const turn = turnOf(owned, 1, { work: [workItem("w1", isCarried ? {} : { payload: large })] });
  const { work } = await node.commit([turn], { claimWork: node.slots(1) });
  assert.equal(await store?.carried(), isCarried ? "w1" : null);
  const given = fenceOf(found(work[0]));
  const fence = knowsInstance ? given : { id: given.id, delivery: given.delivery };
  let neighbour = turnOf(await scene.claimed(node, "neighbour"), 1);
  committed(await node.commitOne(neighbour));
  const beside = () => {
    if (isAlone) return [];
    neighbour = turnAfter(neighbour, 1, { work: [workItem(`beside ${neighbour.lastEventId}`, { name: "elsewhere" })] });
    return [neighbour];
  };
  scene.clock.advance(1);
  const answer = await operation({ scene, node, other, owned, turn, fence, beside });
  const seen = [await observe(scene), await handedOut(scene, other), await observe(scene)];
  const secrets = new Map([
    [node.nodeId, "node"],
    [other.nodeId, "other"],
    [owned.runId, "run"],
  ]);
  return blanked({ answer, seen }, secrets);
}

/** Everything that the store says of the instance, its queues, the nodes and itself. */
async function observe({ provider }: Scene) {
  const { logBytes: _log, ...load } = await provider.readLoad();
  return {
    load,
    dump: await provider.transfer.dumpOne("a"),
    queues: await provider.readInstanceQueues({ instanceId: "a", limit: 10 }),
    // By their leases: their ids are random.
    nodes: (await provider.listNodes()).nodes.toSorted((a, b) => a.leaseUntil - b.leaseUntil),
    counts: await provider.transfer.count(),
  };
}

/** What another node gets of it, now and later. */
async function handedOut({ clock }: Scene, other: TestNode) {
  const fetch = async () => [await other.fetchWork(), await other.fetch()];
  const first = await fetch();
  clock.advance(20);
  return [first, await fetch()];
}

function blanked(seen: unknown, names: ReadonlyMap<string, string>): unknown {
  let text = JSON.stringify(seen, (key, value: unknown) => (key === "instance" ? undefined : value));
  for (const [secret, name] of names) text = text.replaceAll(secret, name);
  return JSON.parse(text.replaceAll(JSON.stringify(large), JSON.stringify("{}"))) as unknown;
}

async function checkWhatIsCarried(open: Open): Promise<void> {
  let store: CarryingStore | undefined;
  await using scene = await Scene.open(async (clock) => (store = await open(clock)));
  const node = await scene.node();
  const owned = await scene.claimed(node, "a");
  let turn = turnOf(owned, 1, { work: [workItem("w1")] });
  committed(await node.commitOne(turn));
  assert.equal(await store?.carried(), null, "no slot was free for it");
  const [first] = (await node.fetchWork()).items;
  turn = turnAfter(turn, 2, { ackedWork: [fenceOf(found(first))] });
  committed(await node.commitOne(turn));
  const payload = "x".repeat(1_000 - workItem("w2").body.length);
  for (const [item, carried] of [
    [workItem("w2", { payload }), "w2"],
    [workItem("w3", { payload: `${payload}x` }), null],
  ] as const) {
    turn = turnAfter(turn, 1, { work: [item] });
    const { work } = await node.commit([turn], { claimWork: node.slots(1) });
    assert.equal(await store?.carried(), carried);
    turn = turnAfter(turn, 1, { ackedWork: [fenceOf(found(work[0]))] });
    committed(await node.commitOne(turn));
  }
}
