import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import { loggerFromEnvironment } from "../../src/observability/index.ts";
import type { Clock } from "../../src/providers/clock.ts";
import type { Provider } from "../../src/providers/contract.ts";
import { Runtime, type RuntimeOptions } from "../../src/runtime/index.ts";
import { openPostgresStore } from "./postgres-store.ts";
import { RecordingLogger } from "./recording-logger.ts";
import { openSqliteStore, type StoreKind, type WorldStore } from "./world-store.ts";

export interface Mode {
  readonly name: string;
  readonly options: Partial<RuntimeOptions>;
  /** Default: SQLite; or PostgreSQL with PERDURE_STORE=postgres. */
  readonly store?: StoreKind;
}

const defaultStore: StoreKind = process.env["PERDURE_STORE"] === "postgres" ? "postgres" : "sqlite";

/** All has to come out the same, however long an instance stays in memory, and however its steps are committed. */
export const modes: readonly Mode[] = [
  { name: "hydrated", options: {} },
  { name: "hydrated, unfused", options: { fuseTurns: false } },
  { name: "replayed from zero", options: { dehydrateAfter: 0 } },
];

const onSqlite: Mode = { name: "on SQLite", options: {}, store: "sqlite" };
const onPostgres: Mode = { name: "on PostgreSQL", options: {}, store: "postgres" };

export interface WorldOptions {
  /** Moves the time of a store in SQLite. There is no such test on PostgreSQL, whose time is its server's. */
  readonly clock?: Clock;
}

/** A store of its own, a client, and any number of nodes; all of it is closed after the test. */
export class World {
  readonly store: WorldStore;
  readonly provider: Provider;
  readonly mode: Mode;
  readonly log = new RecordingLogger(loggerFromEnvironment());
  readonly client: Client;
  readonly #nodes = new Set<Runtime>();

  private constructor(store: WorldStore, mode: Mode) {
    this.store = store;
    this.provider = store.provider;
    this.mode = mode;
    this.client = new Client(this.provider, { logger: this.log.logger });
  }

  static async open(mode: Mode = modes[0] as Mode, options: WorldOptions = {}): Promise<World> {
    const kind = options.clock === undefined ? (mode.store ?? defaultStore) : "sqlite";
    return new World(await (kind === "postgres" ? openPostgresStore() : openSqliteStore(options)), mode);
  }

  /** The file of a world in SQLite. */
  get file(): string {
    if (this.store.file === null) throw new Error("This world is not in a file.");
    return this.store.file;
  }

  /** A node on this world's store, in the world's mode. */
  async start(options: Partial<RuntimeOptions> = {}): Promise<Runtime> {
    const settings = { provider: this.provider, logger: this.log.logger, ...this.mode.options, ...options };
    const node = await Runtime.start(settings);
    this.#nodes.add(node);
    return node;
  }

  /** Leaves a node that is dead without its lease at once, as it would be when that had run out. */
  async expireLease({ nodeId = "" }: Runtime): Promise<void> {
    const { schema } = this.store;
    if (schema !== null) await schema.expireLeases(nodeId);
    else this.store.sql("UPDATE perdure_nodes SET lease_until = 0 WHERE node_id = ?", nodeId);
  }

  /** Waits until something is so; looks again at every line of log, every change in the store, and now and then. */
  async until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
    const deadline = performance.now() + 20_000;
    for (;;) {
      const changed = this.#change();
      const found = await look();
      if (found) return found;
      if (performance.now() > deadline) throw new Error(`Waited 20 s in vain until ${what}.`);
      await changed;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#nodes].map((node) => node.stop({ timeout: 0 })));
    await this.store.close();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        unsubscribe();
        stopListening();
        resolve();
      };
      const timer = setTimeout(done, 50);
      const unsubscribe = this.provider.subscribe(done);
      const stopListening = this.log.onLine(done);
    });
  }
}

/** One test for each mode, each in a world of its own. */
export function inEveryMode(name: string, run: (world: World) => Promise<void>, options: WorldOptions = {}): void {
  testIn(options.clock === undefined ? [...modes, onPostgres] : modes, name, run, options);
}

/** One test on SQLite and one on PostgreSQL: for what has to do with the store, and not with how instances are kept. */
export function onEveryStore(name: string, run: (world: World) => Promise<void>): void {
  testIn([onSqlite, onPostgres], name, run, {});
}

function testIn(
  chosen: readonly Mode[],
  name: string,
  run: (world: World) => Promise<void>,
  options: WorldOptions,
): void {
  for (const mode of chosen) {
    test(`${name} [${mode.name}]`, async () => {
      const world = await World.open(mode, options);
      try {
        await run(world);
      } finally {
        await world.close();
      }
    });
  }
}
