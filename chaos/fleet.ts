import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { type BundledProgram, bundleProgram } from "../test/support/bundle.ts";
import { type RunningProgram, startProgram } from "../test/support/program.ts";
import { now } from "./ledger/ledger-writer.ts";
import type { NodeArgument } from "./programs/node.ts";
import { TcpProxy } from "./tcp-proxy.ts";

/** One place for a node: a process, and another after it when that one was killed. */
export interface Berth {
  readonly number: number;
  readonly proxy: TcpProxy | null;
  program: RunningProgram;
  /** Whether it is meant to end. */
  isEnding: boolean;
  /** How often this process was left without a connection. */
  exhausted: number;
}

export interface FleetOptions {
  readonly size: number;
  readonly ledger: string;
  readonly leaseMs: number;
  /** The server's address, for nodes on PostgreSQL. */
  readonly target: string | null;
  readonly storeFor: (proxy: TcpProxy | null, number: number) => NodeArgument["store"];
}

/** Nodes in processes of their own, each behind a proxy of its own. */
export class Fleet implements AsyncDisposable {
  readonly berths: Berth[] = [];
  /** Processes that ended though nobody had wanted that, and what they last said. */
  readonly crashes: string[] = [];
  readonly #options: FleetOptions;
  readonly #bundled: BundledProgram;
  readonly #started: RunningProgram[] = [];
  readonly #running = new Set<RunningProgram>();

  static async start(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options, await bundleProgram("chaos/programs/node.ts"));
    await Promise.all(Array.from({ length: options.size }, (_, number) => fleet.#add(number)));
    return fleet;
  }

  private constructor(options: FleetOptions, program: BundledProgram) {
    this.#options = options;
    this.#bundled = program;
  }

  /** Those whose processes are to stay: of two faults at once, only one may replace a process. */
  get staying(): readonly Berth[] {
    return this.berths.filter(({ isEnding }) => !isEnding);
  }

  /** How many processes there are now. */
  get running(): number {
    return this.#running.size;
  }

  /** Of all processes that ever ran: how much the one that had the most to say logged in a second, and what it was. */
  async busiestSecond(): Promise<{ readonly lines: number; readonly sample: string }> {
    let busiest = { lines: 0, sample: "" };
    for (const program of this.#started) {
      const entries = (await program.ended).output.split("\n").filter((line) => /^\d{4}-\d\d-\d\dT/.test(line));
      for (const lines of Map.groupBy(entries, secondOf).values()) {
        if (lines.length > busiest.lines) busiest = { lines: lines.length, sample: lines.join("\n") };
      }
    }
    return busiest;
  }

  /** As whoever supervises processes does: one that cannot start, because its server is away, is started again. */
  async restart(berth: Berth): Promise<void> {
    for (;;) {
      const program = this.#launch(berth);
      try {
        await program.printed("node runs");
        this.#watch(berth, program);
        return;
      } catch {
        await delay(200);
      }
    }
  }

  /** Ends it at once. Gives the instant. */
  async kill(berth: Berth): Promise<number> {
    berth.isEnding = true;
    const at = now();
    berth.program.kill("SIGKILL");
    await berth.program.ended;
    return at;
  }

  /**
   * Resolves once it does nothing any more. Not in the middle of a write to a file that others share: nobody can do
   * anything about that but whoever stopped it, or ends it.
   */
  async pause({ program }: Berth): Promise<void> {
    for (;;) {
      program.kill("SIGSTOP");
      while (!isStopped(program.pid)) await delay(1);
      if (!holdsWriteLock(program.pid)) return;
      program.kill("SIGCONT");
      await delay(1);
    }
  }

  /** As a deployment does. */
  async stop(berth: Berth): Promise<void> {
    berth.isEnding = true;
    berth.program.kill("SIGTERM");
    const { code, signal, output } = await berth.program.ended;
    if (code !== 0) this.crashes.push(`node ${berth.number} stopped with ${code ?? signal}:\n${output.slice(-2_000)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#started) await program[Symbol.asyncDispose]();
    for (const { proxy } of this.berths) await proxy?.[Symbol.asyncDispose]();
    this.#bundled[Symbol.dispose]();
  }

  async #add(number: number): Promise<void> {
    const { target } = this.#options;
    const proxy = target === null ? null : await TcpProxy.open(target);
    const berth: Berth = { number, proxy, program: this.#program(proxy, number), isEnding: false, exhausted: 0 };
    this.#watch(berth, berth.program);
    this.berths.push(berth);
    await berth.program.printed("node runs");
  }

  #launch(berth: Berth): RunningProgram {
    berth.program = this.#program(berth.proxy, berth.number);
    berth.isEnding = false;
    berth.exhausted = 0;
    return berth.program;
  }

  #program(proxy: TcpProxy | null, number: number): RunningProgram {
    const { ledger, leaseMs, storeFor } = this.#options;
    const argument: NodeArgument = { store: storeFor(proxy, number), ledger, leaseDuration: leaseMs };
    const program = startProgram(this.#bundled.path, argument, this.#bundled);
    this.#started.push(program);
    this.#running.add(program);
    void program.ended.then(() => this.#running.delete(program));
    return program;
  }

  #watch(berth: Berth, program: RunningProgram): void {
    void program.ended.then(({ code, signal, output }) => {
      if (berth.program !== program || berth.isEnding) return;
      this.crashes.push(`node ${berth.number} ended by itself with ${code ?? signal}:\n${output.slice(-4_000)}`);
    });
  }
}

const secondOf = (line: string): string => line.slice(0, "2026-01-01T00:00:00".length);

// https://www.sqlite.org/walformat.html#wal_locks
const writeLocks = { first: 120, last: 122 };

/** Whether it is writing to a database of SQLite, by the kernel, where it says so. */
function holdsWriteLock(pid: number): boolean {
  let locks: string;
  try {
    locks = readFileSync("/proc/locks", "latin1");
  } catch {
    return false;
  }
  return locks.split("\n").some((line) => {
    const [, , , kind, holder, , first, last] = line.trim().split(/\s+/);
    if (kind !== "WRITE" || Number(holder) !== pid) return false;
    return Number(first) <= writeLocks.last && Number(last) >= writeLocks.first;
  });
}

/** By the kernel, where it says so. */
function isStopped(pid: number): boolean {
  try {
    return /\) T /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return true;
  }
}
