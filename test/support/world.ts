import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import { loggerFromEnvironment } from "../../src/observability/index.ts";
import type { Clock } from "../../src/providers/clock.ts";
import type { Provider } from "../../src/providers/contract.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { Runtime, type RuntimeOptions } from "../../src/runtime/index.ts";
import { RecordingLogger } from "./recording-logger.ts";

export interface Mode {
  readonly name: string;
  readonly options: Partial<RuntimeOptions>;
}

/** All has to come out the same, however long an instance stays in memory, and however its steps are committed. */
export const modes: readonly Mode[] = [
  { name: "hydrated", options: {} },
  { name: "hydrated, unfused", options: { fuseTurns: false } },
  { name: "replayed from zero", options: { dehydrateAfter: 0 } },
];

export interface WorldOptions {
  readonly clock?: Clock;
}

/** A store in a file of its own, a client, and any number of nodes; all of it is closed after the test. */
export class World {
  readonly file: string;
  readonly provider: SqliteProvider;
  readonly mode: Mode;
  readonly log = new RecordingLogger(loggerFromEnvironment());
  readonly client: Client;
  readonly #folder: string;
  readonly #nodes = new Set<Runtime>();

  private constructor(folder: string, provider: SqliteProvider, mode: Mode) {
    this.#folder = folder;
    this.file = join(folder, "store.db");
    this.provider = provider;
    this.mode = mode;
    this.client = new Client(provider, { logger: this.log.logger });
  }

  static async open(mode: Mode = modes[0] as Mode, options: WorldOptions = {}): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), "perdure-test-"));
    return new World(folder, await SqliteProvider.open(join(folder, "store.db"), options), mode);
  }

  /** A node on this world's store, in the world's mode. */
  async start(options: Partial<RuntimeOptions> = {}): Promise<Runtime> {
    const settings = { provider: this.provider as Provider, logger: this.log.logger, ...this.mode.options, ...options };
    const node = await Runtime.start(settings);
    this.#nodes.add(node);
    return node;
  }

  /** Waits until something is so; looks again at every line of log, every change in the store, and now and then. */
  async until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
    const deadline = performance.now() + 20_000;
    for (;;) {
      const changed = this.#change();
      const found = await look();
      if (found) return found as NonNullable<T>;
      if (performance.now() > deadline) throw new Error(`Waited 20 s in vain until ${what}.`);
      await changed;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#nodes].map((node) => node.stop({ timeout: 0 })));
    await this.provider.close();
    rmSync(this.#folder, { recursive: true, force: true });
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
  for (const mode of modes) {
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
