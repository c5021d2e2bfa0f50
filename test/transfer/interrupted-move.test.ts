import assert from "node:assert/strict";
import { test } from "node:test";
import { StorageError } from "../../src/errors/index.ts";
import type { DumpRequest, InstanceDump, Provider, StoreTransfer } from "../../src/providers/contract.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { abandonMove, moveInstances } from "../../src/transfer/index.ts";
import { overriding } from "../support/overriding.ts";
import { newInstance } from "../../src/providers/conformance/scene.ts";
import { openPostgresStore } from "../support/postgres-store.ts";

type Call = keyof StoreTransfer;

/** Small pages, and a storage that fails in the call with this number: before it takes effect, or after. */
function failing(stores: { from: Provider; to: Provider }, number: number, when: "before" | "after") {
  let calls = 0;
  const wrap = (provider: Provider): Provider => {
    const call = (name: Call) => async (argument: never) => {
      calls += 1;
      const isLast = calls === number;
      const failure = new StorageError(`On purpose: ${name}, ${when}.`);
      if (isLast && when === "before") throw failure;
      const answer: unknown = await provider.transfer[name](argument);
      if (isLast) throw failure;
      return answer;
    };
    const transfer = {
      ...Object.fromEntries((Object.keys(provider.transfer) as Call[]).map((name) => [name, call(name)])),
      dump: (request: DumpRequest) => call("dump")({ ...request, limit: 2 } as never),
    } as unknown as StoreTransfer;
    return overriding(provider, { transfer });
  };
  return { from: wrap(stores.from), to: wrap(stores.to), calls: () => calls };
}

async function openStores(kind: "sqlite" | "postgres") {
  const from = await SqliteProvider.open(":memory:");
  const store = kind === "postgres" ? await openPostgresStore() : null;
  const to = store?.provider ?? (await SqliteProvider.open(":memory:"));
  await from.createInstances(ids.map((id) => newInstance(id)));
  await to.createInstances([newInstance("of the new store")]);
  const close = async () => {
    await from.close();
    await (store ?? to).close();
  };
  return { from, to, [Symbol.asyncDispose]: close };
}

const ids = ["a", "b", "c", "d", "e"];

async function dumpsOf(provider: Provider): Promise<(InstanceDump | null)[]> {
  return await Promise.all(ids.map((id) => provider.transfer.dumpOne(id)));
}

const canRun = async (provider: Provider): Promise<boolean> => {
  const lease = { nodeId: "node", durationMs: 1_000, capabilities: [] };
  const opened = await provider.openLease(lease).catch((error: { code?: string }) => error.code);
  if (typeof opened === "object") await provider.closeLease("node");
  else assert.equal(opened, "STORE_MOVED");
  return typeof opened === "object";
};

for (const kind of ["sqlite", "postgres"] as const) {
  for (const when of kind === "sqlite" ? (["before", "after"] as const) : (["after"] as const)) {
    test(`a move into ${kind} that fails ${when} any of its calls is finished by making it again`, async () => {
      for (let number = 1; ; number += 1) {
        await using stores = await openStores(kind);
        const before = await dumpsOf(stores.from);
        const interrupted = failing(stores, number, when);
        const failure = await moveInstances(interrupted).catch((error: unknown) => error);
        if (interrupted.calls() < number) {
          assert.ok(number > 12, "it went through all calls");
          return;
        }
        const name = `call ${number}`;
        assert.ok(failure instanceof StorageError, name);
        assert.ok(!((await canRun(stores.from)) && (await dumpsOf(stores.to)).some((dump) => dump !== null)), name);
        // The last call may have taken effect: then there is nothing left to do.
        const again = moveInstances(stores).catch((error: { code?: string }) =>
          assert.equal(error.code, "STORE_MOVED"),
        );
        await again;
        assert.deepEqual(await dumpsOf(stores.to), before, name);
        assert.equal((await stores.to.transfer.count()).instances, ids.length + 1, name);
        assert.deepEqual([await canRun(stores.from), await canRun(stores.to)], [false, true], name);
      }
    });
  }
}

test("a move that failed anywhere before its end can be abandoned, even if abandoning fails once", async () => {
  for (let number = 1; ; number += 1) {
    await using stores = await openStores("sqlite");
    const before = await dumpsOf(stores.from);
    const interrupted = failing(stores, number, "after");
    await moveInstances(interrupted).catch(() => undefined);
    if ((await stores.from.transfer.readSeal())?.state === "moved") {
      await assert.rejects(abandonMove(stores), { code: "MOVE_CONFLICT" });
      assert.ok(number > 8);
      return;
    }
    await abandonMove(failing(stores, 4, "after")).catch(() => undefined);
    await abandonMove(stores).catch((error: { code?: string }) => assert.equal(error.code, "MOVE_CONFLICT"));
    assert.deepEqual(await dumpsOf(stores.from), before);
    assert.deepEqual(
      await dumpsOf(stores.to),
      ids.map(() => null),
      `call ${number}`,
    );
    assert.equal((await stores.to.transfer.count()).instances, 1);
    assert.deepEqual([await canRun(stores.from), await canRun(stores.to)], [true, true]);
  }
});

test("a move is refused, and leaves both stores as they were, while a node is live on one of them", async () => {
  for (const side of ["from", "to"] as const) {
    await using stores = await openStores("sqlite");
    const lease = { nodeId: "n1", durationMs: 60_000, capabilities: [] };
    await stores[side].openLease(lease);
    await assert.rejects(moveInstances(stores), { code: "STORE_BUSY", message: /n1/ });
    assert.deepEqual([await canRun(stores.from), await canRun(stores.to)], [true, true]);
    await stores[side].closeLease("n1");
    assert.equal((await moveInstances(stores)).moved.instances, ids.length);
  }
});

test("a move is refused before anything is moved when both stores have an instance of one id", async () => {
  await using stores = await openStores("sqlite");
  await stores.to.createInstances([newInstance("c")]);
  await assert.rejects(moveInstances(stores), { code: "MOVE_CONFLICT", message: /"c"/ });
  assert.equal((await stores.to.transfer.count()).instances, 2);
  assert.deepEqual([await canRun(stores.from), await canRun(stores.to)], [true, true]);
});

test("stores that do not belong together are refused: itself, that of another move, one that was moved", async () => {
  await using stores = await openStores("sqlite");
  await using others = await openStores("sqlite");
  const { from, to } = stores;
  await assert.rejects(moveInstances({ from, to: from }), { code: "INVALID_ARGUMENT" });
  assert.equal(await canRun(from), true);
  await moveInstances(failing(stores, 8, "after")).catch(() => undefined);
  assert.equal((await to.transfer.readSeal())?.state, "receiving");
  const conflict = { code: "MOVE_CONFLICT" };
  await assert.rejects(moveInstances({ from: others.from, to }), conflict);
  await assert.rejects(moveInstances({ from: to, to: others.to }), conflict);
  await assert.rejects(abandonMove({ from: others.from, to }), conflict);
  assert.deepEqual([await canRun(others.from), await canRun(others.to)], [true, true]);
  await moveInstances(stores);
  await assert.rejects(moveInstances({ from, to: others.to }), { code: "STORE_MOVED" });
  await assert.rejects(moveInstances({} as never), { code: "INVALID_ARGUMENT" });
});

test("rows that somebody else takes away meanwhile are noticed in the end, and the new store is not let go", async () => {
  await using stores = await openStores("sqlite");
  const lossy: StoreTransfer = {
    ...stores.to.transfer,
    restore: async (dumps) => stores.to.transfer.restore(dumps.slice(1)),
  };
  const to = overriding(stores.to, { transfer: lossy });
  await assert.rejects(moveInstances({ from: stores.from, to }), {
    code: "STORAGE",
    message: /5 instances, and 4 arrived/,
  });
  assert.equal(await canRun(stores.to), false);
  await abandonMove(stores);
  assert.equal(await canRun(stores.from), true);
});
