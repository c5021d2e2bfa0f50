import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type PostgresServer, startPostgres } from "../test/support/postgres-server.ts";
import type { Provider } from "../src/providers/contract.ts";
import { PostgresProvider } from "../src/providers/postgres/index.ts";
import { SqliteProvider } from "../src/providers/sqlite/index.ts";
import { Bounds } from "./bounds.ts";
import {
  checkEnded,
  checkRunning,
  describeStuck,
  type InSnapshot,
  type Isolation,
  postgresSnapshots,
  sqliteSnapshots,
  type Violation,
} from "./checker/index.ts";
import { Driver } from "./driver.ts";
import { Fleet } from "./fleet.ts";
import { LedgerReader } from "./ledger/ledger-reader.ts";
import { LedgerWriter } from "./ledger/ledger-writer.ts";
import { workload } from "./workload/index.ts";

export interface BattlefieldOptions {
  readonly store: "sqlite" | "postgres";
  readonly nodes: number;
  readonly leaseMs: number;
  readonly inFlight: number;
  readonly seed: number;
}

const schema = "chaos";

/** A store, nodes on it, instances under way, and what is known of them from outside. */
export class Battlefield implements AsyncDisposable {
  readonly leaseMs: number;
  readonly server: PostgresServer | null;
  readonly fleet: Fleet;
  readonly driver: Driver;
  readonly ledger: LedgerReader;
  readonly bounds: Bounds;
  readonly isolations: Isolation[] = [];
  readonly violations: Violation[] = [];
  /** Whether no other fault is at work: only then are there bounds to be kept. */
  isCalm = true;
  readonly #folder: string;
  readonly #provider: Provider;
  readonly #inSnapshot: InSnapshot;

  static async open(options: BattlefieldOptions): Promise<Battlefield> {
    const folder = mkdtempSync(join(tmpdir(), "perdure-chaos-"));
    const ledger = join(folder, "ledger");
    mkdirSync(ledger);
    const file = join(folder, "store.db");
    const server = options.store === "postgres" ? await startPostgres() : null;
    const provider =
      server === null ? await SqliteProvider.open(file) : await PostgresProvider.open(server.url, { schema });
    const fleet = await Fleet.start({
      size: options.nodes,
      ledger,
      leaseMs: options.leaseMs,
      target: server?.url ?? null,
      storeFor: (proxy, number) =>
        proxy === null
          ? { kind: "sqlite", file }
          : { kind: "postgres", url: proxy.url, schema, ownPool: hasOwnPool(number) },
    });
    const inSnapshot = server === null ? sqliteSnapshots(file) : postgresSnapshots(server.url, schema);
    return new Battlefield(options, { folder, server, provider, fleet, inSnapshot });
  }

  private constructor(
    { leaseMs, seed, inFlight }: BattlefieldOptions,
    { folder, server, provider, fleet, inSnapshot }: Parts,
  ) {
    this.leaseMs = leaseMs;
    this.server = server;
    this.fleet = fleet;
    this.bounds = new Bounds(leaseMs, this.report);
    this.ledger = new LedgerReader(join(folder, "ledger"));
    // The driver executes nothing; it needs the definitions for their names.
    const { kinds } = workload(new LedgerWriter(join(folder, "driver")));
    this.driver = new Driver({ provider, kinds, seed, inFlight });
    this.#folder = folder;
    this.#provider = provider;
    this.#inSnapshot = inSnapshot;
  }

  readonly report = (invariant: string, what: string): void => void this.violations.push({ invariant, what });

  /** Looks until something is so. Gives undefined, and reports it, if that takes too long. */
  async until<T>(what: string, withinMs: number, look: () => T | undefined): Promise<T | undefined> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      this.ledger.read();
      const found = look();
      if (found !== undefined) return found;
      if (performance.now() > deadline) {
        this.report("L1", `waited ${withinMs} ms in vain until ${what}`);
        return undefined;
      }
      await delay(10);
    }
  }

  /** What holds at any moment. Gives how many instances were looked at. */
  checkNow(): Promise<number> {
    return checkRunning(this.#inSnapshot, this.report);
  }

  /** Starts nothing more, waits until everything has ended, stops the nodes, and looks at all that is there. */
  async settle(withinMs: number): Promise<number> {
    this.driver.stop();
    const left = await this.driver.finished(withinMs);
    for (const instanceId of left.slice(0, 3)) {
      const rows = await this.#inSnapshot((all) => describeStuck(all, instanceId));
      this.report("L1", `${instanceId}, one of ${left.length}, has not ended after ${withinMs} ms:${rows}`);
    }
    await Promise.all(this.fleet.berths.map((berth) => this.fleet.stop(berth)));
    for (const what of this.driver.wrongEnds) this.report("E", what);
    for (const what of this.fleet.crashes) this.report("crash", what);
    const { ledger, isolations, report } = this;
    return await checkEnded(this.#inSnapshot, { ledger, isolations, report });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.driver.stop();
    await this.fleet[Symbol.asyncDispose]();
    await this.#provider.close();
    await this.server?.stop();
    this.ledger.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

interface Parts {
  readonly folder: string;
  readonly server: PostgresServer | null;
  readonly provider: Provider;
  readonly fleet: Fleet;
  readonly inSnapshot: InSnapshot;
}

/** Every other node brings its own pool. */
export const hasOwnPool = (number: number): boolean => number % 2 === 1;
