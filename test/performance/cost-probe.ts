import { statSync } from "node:fs";
import type { StartRequest } from "../../src/client/index.ts";
import { type AnyActivity, type AnyOrchestration, type Orchestration } from "../../src/definition/index.ts";
import { Connection } from "../../src/providers/sqlite/connection.ts";
import type { Runtime, RuntimeOptions } from "../../src/runtime/index.ts";
import { FaultyProvider, type Method } from "../support/faulty-provider.ts";
import { World, type WorldOptions } from "../support/world.ts";

/** What something cost the store. */
export interface Cost {
  /** Transactions that wrote something, and so had to wait for the disk. */
  readonly commits: number;
  /** Written or removed, as SQLite counts them. */
  readonly rows: number;
  /** Added to the database, with everything in it moved to where it stays. */
  readonly fileBytes: number;
  /** Calls of the provider by the node, of one method or of all. */
  calls(method: Method): number;
  readonly nodeCalls: number;
  describe(): string;
}

export interface ProbeOptions extends Partial<RuntimeOptions> {
  readonly orchestrations: readonly AnyOrchestration[];
  readonly activities: readonly AnyActivity[];
  readonly world?: WorldOptions;
}

/** A node on a SQLite file, of which every call of the store, every statement and every row is counted. */
export class CostProbe implements AsyncDisposable {
  readonly node: Runtime;
  readonly statementsAtMarks: number[] = [];
  readonly #world: World;
  readonly #calls: FaultyProvider;
  readonly #statements: StatementCount;

  static async open({ world: worldOptions, ...options }: ProbeOptions): Promise<CostProbe> {
    const statements = new StatementCount();
    const world = await World.open(undefined, worldOptions);
    statements.file = world.file;
    const calls = new FaultyProvider(world.provider);
    // Renewals would be counted with what happens to go on meanwhile.
    const node = await world.start({ provider: calls.provider, leaseDuration: "10m", ...options });
    return new CostProbe(world, node, calls, statements);
  }

  private constructor(world: World, node: Runtime, calls: FaultyProvider, statements: StatementCount) {
    this.#world = world;
    this.node = node;
    this.#calls = calls;
    this.#statements = statements;
  }

  async costOf(work: () => Promise<unknown>): Promise<Cost> {
    const before = this.#reading();
    await work();
    const after = this.#reading();
    const calls = (method: Method) => (after.calls.get(method) ?? 0) - (before.calls.get(method) ?? 0);
    const methods = [...after.calls.keys()].filter((method) => calls(method) > 0);
    return {
      commits: after.commits - before.commits,
      rows: after.rows - before.rows,
      fileBytes: after.fileBytes - before.fileBytes,
      calls,
      nodeCalls: methods.reduce((sum, method) => sum + calls(method), 0),
      describe: () => methods.map((method) => `${method} ${calls(method)}`).join(", "),
    };
  }

  async run<I>(orchestration: Orchestration<I, unknown>, input: I): Promise<void> {
    await this.runMany(orchestration, { count: 1, input });
  }

  async runMany<I>(orchestration: Orchestration<I, unknown>, starts: Starts<I>): Promise<void> {
    const handles = await this.startMany(orchestration, starts);
    await Promise.all(handles.map((handle) => handle.result()));
  }

  /** The client has the provider for itself: what it asks is not the node's. */
  startMany<I>(orchestration: Orchestration<I, unknown>, { count, input }: Starts<I>) {
    return this.#world.client.startMany(
      Array.from({ length: count }, () => ({ orchestration: orchestration as AnyOrchestration, input }) as AnyStart),
    );
  }

  until(what: string, look: () => boolean): Promise<unknown> {
    return this.#world.until(what, look);
  }

  /** Resolves when the node has come to rest, and has asked the store everything that it wanted to know. */
  async rest(): Promise<void> {
    for (let quiet = 0; quiet < 5; quiet += 1) {
      const before = this.#calls.calls.length;
      await this.#calls.settled();
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#calls.calls.length > before) quiet = 0;
    }
  }

  noteStatements(): void {
    this.statementsAtMarks.push(this.#statements.count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#world.close();
    this.#statements.stop();
  }

  #reading() {
    const { writer, commits } = this.#statements;
    if (writer === null) throw new Error("Nothing has been written yet.");
    const rows = this.#statements.totalChanges();
    this.#statements.quietly(() => writer.get("PRAGMA wal_checkpoint(TRUNCATE)"));
    const methods = new Set(this.#calls.calls.map(({ method }) => method));
    const calls = new Map([...methods].map((method) => [method, this.#calls.count(method)]));
    return { commits, rows, calls, fileBytes: statSync(this.#world.file).size };
  }
}

type AnyStart = StartRequest<AnyOrchestration>;

export interface Starts<I> {
  readonly count: number;
  readonly input: I;
}

/** Listens to the connection that writes. */
class StatementCount {
  count = 0;
  commits = 0;
  writer: Connection | null = null;
  /** What is listened to. */
  file: string | null = null;
  readonly #methods = Object.getOwnPropertyDescriptors(Connection.prototype);
  #isQuiet = false;
  #isLook = false;
  #changesBefore = 0;

  constructor() {
    for (const name of ["run", "get", "all"] as const) {
      const original = this.#methods[name].value as (this: Connection, sql: string, ...values: unknown[]) => unknown;
      const heard = (on: Connection, sql: string): void => this.#heard(on, sql);
      Connection.prototype[name] = function (this: Connection, sql: string, ...values: unknown[]) {
        heard(this, sql);
        return original.call(this, sql, ...values) as never;
      };
    }
  }

  #heard(on: Connection, sql: string): void {
    if (this.#isQuiet) return;
    if (sql === "BEGIN IMMEDIATE") {
      if (this.writer === null && this.#isOurs(on)) this.writer = on;
      if (on !== this.writer) return;
      this.#changesBefore = this.totalChanges();
    }
    // Whether another process has written is asked by time, not by step.
    if (on !== this.writer || sql.startsWith("PRAGMA")) return;
    // A client that looks at a row is no part of what a step costs, nor are those that look together.
    if (sql === "BEGIN") this.#isLook = true;
    if (this.#isLook) this.#isLook = sql !== "COMMIT";
    else this.#countStatement(on, sql);
  }

  #countStatement(on: Connection, sql: string): void {
    if (sql !== "BEGIN IMMEDIATE" && !on.inTransaction) return;
    this.count += 1;
    if (sql === "COMMIT" && this.totalChanges() > this.#changesBefore) this.commits += 1;
  }

  // Other tests of this process have stores of their own.
  #isOurs(connection: Connection): boolean {
    return this.quietly(() => connection.get<[number, string, string]>("PRAGMA database_list"))?.[2] === this.file;
  }

  totalChanges(): number {
    return this.quietly(() => this.writer?.get<[number]>("SELECT total_changes()")?.[0] ?? 0);
  }

  quietly<T>(look: () => T): T {
    const wasQuiet = this.#isQuiet;
    this.#isQuiet = true;
    try {
      return look();
    } finally {
      this.#isQuiet = wasQuiet;
    }
  }

  stop(): void {
    Object.defineProperties(Connection.prototype, this.#methods);
  }
}
