import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { InvalidArgumentError, StorageError } from "../../src/errors/index.ts";
import { StoreClock } from "../../src/providers/clock.ts";
import type { Wake } from "../../src/providers/contract.ts";
import type { Connection } from "../../src/providers/sqlite/connection.ts";
import { openWriter } from "../../src/providers/sqlite/open-connection.ts";
import type { Transaction } from "../../src/providers/sqlite/transaction.ts";
import { WriteQueue, type WriteQueueOptions } from "../../src/providers/sqlite/write-queue.ts";
import { SqliteFolder } from "./sqlite-file.ts";

test("Q1 what is queued in one turn of the event loop shares a commit", async () => {
  using bench = await Bench.open();
  const { queue } = bench;
  const groups = await Promise.all([1, 2, 3].map((value) => queue.push((tx) => insert(tx, value))));
  assert.deepEqual(new Set(groups).size, 1);
  const next = await queue.push((tx) => insert(tx, 4));
  assert.notEqual(next, groups[0]);
  assert.deepEqual(bench.values(), [1, 2, 3, 4]);
});

test("Q2 one operation that throws leaves nothing, fails alone, and wakes nobody", async () => {
  using bench = await Bench.open();
  const { queue } = bench;
  const answers = await Promise.allSettled([
    queue.push((tx) => insert(tx, 1)),
    queue.push((tx) => {
      insert(tx, 2);
      tx.wake.statusChanged("failed");
      throw new InvalidArgumentError("no");
    }),
    queue.push((tx) => insert(tx, 1)),
    queue.push((tx) => {
      tx.wake.statusChanged("fine");
      return insert(tx, 3);
    }),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ["fulfilled", "rejected", "rejected", "fulfilled"],
  );
  assert.ok(answers[1]?.status === "rejected" && answers[1].reason instanceof InvalidArgumentError);
  assert.ok(answers[2]?.status === "rejected" && answers[2].reason instanceof StorageError);
  assert.deepEqual(bench.values(), [1, 3]);
  assert.deepEqual((await bench.nextWake()).changed, ["fine"]);
});

test("Q3 a part that throws leaves nothing of itself in the operation that goes on", async () => {
  using bench = await Bench.open();
  await bench.queue.push((tx) => {
    insert(tx, 1);
    for (const value of [2, 1, 3]) {
      try {
        tx.part(() => {
          insert(tx, 10 + value);
          insert(tx, value);
        });
      } catch (error) {
        if (!tx.isolating) throw error;
      }
    }
  });
  assert.deepEqual(bench.values(), [1, 2, 3, 12, 13]);
});

test("Q4 the clock is read after the lock was taken", async () => {
  using bench = await Bench.open();
  const other = new DatabaseSync(bench.folder.file);
  other.exec("BEGIN IMMEDIATE");
  bench.now = 1_000;
  const pending = bench.queue.push((tx) => tx.now);
  await bench.triedInVain(3);
  bench.now = 2_000;
  other.exec("COMMIT");
  other.close();
  assert.ok((await pending) > 2_000);
});

test("Q5 a lock held by another is waited for without blocking, and never heard of", async () => {
  using bench = await Bench.open();
  const other = new DatabaseSync(bench.folder.file);
  other.exec("BEGIN IMMEDIATE; INSERT INTO numbers VALUES (100)");
  const pending = [1, 2].map((value) => bench.queue.push((tx) => insert(tx, value)));
  await bench.triedInVain(5);
  pending.push(bench.queue.push((tx) => insert(tx, 3)));
  other.exec("COMMIT");
  other.close();
  await Promise.all(pending);
  assert.deepEqual(bench.values(), [1, 2, 3, 100]);
});

test("Q6 a lock that is held for too long is a StorageError that says so, and nothing was written", async () => {
  using bench = await Bench.open({ busyLimitMs: 20 });
  const other = new DatabaseSync(bench.folder.file);
  other.exec("BEGIN IMMEDIATE");
  const pending = bench.queue.push((tx) => insert(tx, 1));
  await assert.rejects(pending, (error: Error) => error instanceof StorageError && /held the lock/.test(error.message));
  other.exec("ROLLBACK");
  other.close();
  await bench.queue.push((tx) => insert(tx, 2));
  assert.deepEqual(bench.values(), [2]);
});

test("Q7 draining waits for what was queued", async () => {
  using bench = await Bench.open();
  await bench.queue.drain();
  let isDone = false;
  void bench.queue
    .push((tx) => insert(tx, 1))
    .then(() => {
      isDone = true;
    });
  await bench.queue.drain();
  assert.equal(isDone, true);
});

test("Q8 a full disk fails the group, leaves nothing of it, and the queue goes on when there is room", async () => {
  using bench = await Bench.open();
  const pages = bench.connection.get<[number]>("PRAGMA page_count")?.[0] as number;
  bench.connection.script(`PRAGMA max_page_count = ${pages + 20}`);
  await bench.queue.push((tx) => insert(tx, 1));
  const answers = await Promise.allSettled([
    bench.queue.push((tx) => insert(tx, 2)),
    bench.queue.push((tx) => tx.db.run("INSERT INTO blobs VALUES (zeroblob(1000000))")),
  ]);
  const [, full] = answers;
  assert.ok(full?.status === "rejected" && full.reason instanceof StorageError);
  assert.match(full.reason.message, /full/);
  assert.equal(bench.connection.inTransaction, false);
  bench.connection.script("PRAGMA max_page_count = 100000");
  await bench.queue.push((tx) => insert(tx, 3));
  assert.deepEqual(
    bench.values().filter((value) => value !== 2),
    [1, 3],
  );
  assert.equal(bench.values().includes(2), answers[0]?.status === "fulfilled", "as it was answered");
});

test("Q9 a commit that fails is answered as unknown to everyone in it, and leaves no transaction open", async () => {
  using bench = await Bench.open();
  bench.connection.script("CREATE TABLE parents (id INTEGER PRIMARY KEY); PRAGMA foreign_keys = 1");
  bench.connection.script("CREATE TABLE children (id REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)");
  // A deferred constraint is the one thing that fails at COMMIT itself on a healthy disk.
  const answers = await Promise.allSettled([
    bench.queue.push((tx) => insert(tx, 1)),
    bench.queue.push((tx) => tx.db.run("INSERT INTO children VALUES (7)")),
  ]);
  for (const answer of answers) assert.ok(answer.status === "rejected" && answer.reason instanceof StorageError);
  assert.equal(bench.connection.inTransaction, false);
  await bench.queue.push((tx) => insert(tx, 2));
  assert.deepEqual(bench.values(), [2]);
});

test("Q10 a long queue is committed in several groups, in order", async () => {
  using bench = await Bench.open();
  const slow = (tx: Transaction, value: number) => {
    const until = performance.now() + 8;
    while (performance.now() < until);
    return insert(tx, value);
  };
  const groups = await Promise.all([1, 2, 3, 4, 5, 6].map((value) => bench.queue.push((tx) => slow(tx, value))));
  assert.ok(new Set(groups).size > 1);
  assert.deepEqual(
    groups,
    groups.toSorted((a, b) => a - b),
  );
});

/** Answers with the number of the commit that the row became part of. */
function insert(tx: Transaction, value: number): number {
  tx.db.run("INSERT INTO numbers VALUES (?)", value);
  return tx.now;
}

test("Q11 what is queued when instances have become ready is part of the commit that makes them so", async () => {
  const later: Promise<unknown>[] = [];
  let told = 0;
  using bench = await Bench.open({
    onReady: () => {
      told += 1;
      later.push(bench.queue.push((tx) => insert(tx, 10 + told)));
    },
  });
  const group = await bench.queue.push((tx) => {
    tx.wake.instancesReady();
    return insert(tx, 1);
  });
  assert.deepEqual(await Promise.all(later), [group]);
  assert.equal((await bench.nextWake()).instances, true);

  const failed = bench.queue.push((tx) => {
    tx.wake.instancesReady();
    return insert(tx, 1);
  });
  await assert.rejects(failed, StorageError);
  await Promise.all(later);
  await bench.queue.drain();
  assert.deepEqual([told, bench.values()], [1, [1, 11]], "nobody is told of what has failed");
});

type BenchOptions = Pick<WriteQueueOptions, "busyLimitMs" | "onReady">;

class Bench implements Disposable {
  readonly folder: SqliteFolder;
  readonly connection: Connection;
  readonly queue: WriteQueue;
  readonly #wakes: Wake[] = [];
  #onWake: (() => void) | null = null;
  #begins = 0;
  now = 0;

  static async open(options: BenchOptions = {}): Promise<Bench> {
    const folder = new SqliteFolder();
    const connection = await openWriter(folder.file);
    connection.script("CREATE TABLE numbers (value INTEGER PRIMARY KEY); CREATE TABLE blobs (content)");
    return new Bench(folder, connection, options);
  }

  constructor(folder: SqliteFolder, connection: Connection, options: BenchOptions) {
    this.folder = folder;
    this.connection = connection;
    const run = connection.run.bind(connection);
    connection.run = (sql, ...values) => {
      if (sql === "BEGIN IMMEDIATE") this.#begins += 1;
      return run(sql, ...values);
    };
    this.queue = new WriteQueue({
      connection,
      clock: new StoreClock(() => (this.now += 1)),
      onWake: (wake) => {
        this.#wakes.push(wake);
        this.#onWake?.();
      },
      ...options,
    });
  }

  values(): number[] {
    return this.connection.all<[number]>("SELECT value FROM numbers ORDER BY value").map(([value]) => value);
  }

  async nextWake(): Promise<Wake> {
    while (this.#wakes.length === 0) {
      await new Promise<void>((resolve) => {
        this.#onWake = resolve;
      });
    }
    return this.#wakes.shift() as Wake;
  }

  /** Resolves when the queue has tried this often to begin. */
  async triedInVain(times: number): Promise<void> {
    const until = this.#begins + times;
    while (this.#begins < until) await new Promise((resolve) => void setImmediate(resolve));
  }

  [Symbol.dispose](): void {
    this.connection.close();
    this.folder[Symbol.dispose]();
  }
}
