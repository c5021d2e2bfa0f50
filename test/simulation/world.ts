import { Client } from "../../src/client/index.ts";
import type { HostedClientOptions } from "../../src/client/client-context.ts";
import { type Logger, orchestration } from "../../src/definition/index.ts";
import type {
  CommitBatch,
  CommitResult,
  FetchedInstances,
  FetchedWork,
  Provider,
} from "../../src/providers/contract.ts";
import { SqliteProvider, type HostedSqliteOptions } from "../../src/providers/sqlite/sqlite-provider.ts";
import type { HostedRuntimeOptions } from "../../src/runtime/options.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { Ledger, simActivities } from "./activities.ts";
import { Auditor } from "./auditor.ts";
import { Coverage } from "./coverage.ts";
import { Dice } from "./dice.ts";
import { type ProgramInput, interpret } from "./interpret.ts";
import { MemoryStore } from "./memory-store/memory-store.ts";
import { Network } from "./network.ts";
import { type Applied, ObservedStore } from "./observed-store.ts";
import type { PlannedFault, Scenario } from "./scenario.ts";
import { Scheduler } from "./scheduler.ts";
import { SimProcess } from "./sim-process.ts";

interface SimNode {
  readonly index: number;
  boots: number;
  process: SimProcess;
  runtime: Runtime | null;
}

export interface Violation {
  readonly rule: string;
  readonly what: string;
  readonly atMs: number;
}

/** One store, the nodes and the client around it, and everything that goes wrong between them. */
export class World {
  readonly scenario: Scenario;
  readonly scheduler: Scheduler;
  readonly coverage = new Coverage();
  readonly ledger = new Ledger();
  readonly violations: Violation[] = [];
  readonly auditor: Auditor;
  readonly network: Network;
  readonly store: ObservedStore;
  readonly client: Client;
  readonly clientProcess: SimProcess;
  readonly #nodes: SimNode[] = [];
  readonly #dice: Dice;
  readonly #logger: Logger;
  #clockOffset: number;
  #crashAtCall = new Map<SimProcess, { left: number; when: "die before" | "die after" }>();
  isHealed = false;
  isStopping = false;

  static async open(scenario: Scenario, logger: Logger): Promise<World> {
    const dice = new Dice(`world ${scenario.seed}`);
    const scheduler = new Scheduler(new Dice(`order ${scenario.seed}`));
    const clock = { offset: 1_700_000_000_000 };
    const provider = await openStore(scenario, scheduler, () => scheduler.now + clock.offset);
    return new World({ scenario, logger, dice, scheduler, clock, provider });
  }

  private constructor(parts: {
    readonly scenario: Scenario;
    readonly logger: Logger;
    readonly dice: Dice;
    readonly scheduler: Scheduler;
    readonly clock: { offset: number };
    readonly provider: Provider;
  }) {
    const { scenario, dice, scheduler, clock, provider } = parts;
    this.scenario = scenario;
    this.scheduler = scheduler;
    this.#dice = dice;
    this.#logger = parts.logger;
    this.#clockOffset = clock.offset;
    this.#moveClock = (byMs) => void (clock.offset = this.#clockOffset += byMs);
    this.auditor = new Auditor({
      ledger: this.ledger,
      coverage: this.coverage,
      storeNow: () => provider.now(),
      onViolation: (rule, what) => this.#violated(rule, what),
    });
    this.store = new ObservedStore(
      provider,
      (applied) => this.#onApplied(applied),
      ({ method, error }) => this.#violated("store", `${method} was refused: ${String(error)}`),
    );
    const { coverage, store } = this;
    const { rates, latencyMs, isRemote } = scenario;
    this.network = new Network({ scheduler, dice, store, coverage, rates, latencyMs, isRemote });
    this.network.onCall = (process) => this.#onCall(process);
    this.clientProcess = new SimProcess("client", scheduler, new Dice(`client ${scenario.seed}`), 1);
    const options: HostedClientOptions = { host: this.clientProcess, logger: parts.logger };
    this.client = new Client(this.network.linkOf(this.clientProcess), options);
  }

  readonly #moveClock: (byMs: number) => void;

  /** Starts the nodes, and lets what is planned go wrong. */
  begin(): void {
    for (const index of this.scenario.nodes.keys()) {
      const node: SimNode = { index, boots: 0, process: this.#newProcess(index, 0), runtime: null };
      this.#nodes.push(node);
      this.#boot(node);
    }
    for (const fault of this.scenario.faults) this.scheduler.after(fault.atMs, () => this.#fail(fault));
    this.scheduler.after(this.scenario.healAtMs, () => this.#heal());
  }

  get isFinished(): boolean {
    return this.auditor.shadow.all.every((instance) => instance.hasEnded || instance.isDeleted);
  }

  get unfinished() {
    return this.auditor.shadow.all.filter((instance) => !instance.hasEnded && !instance.isDeleted);
  }

  /** Stops every node as a deploy would, and waits for that. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const stops = this.#nodes.flatMap(({ runtime }) => runtime?.stop({ timeout: 1_000 }) ?? []);
    let isStopped = false;
    const stopped = Promise.all(stops).then(() => (isStopped = true));
    await this.scheduler.run(() => isStopped, { until: this.scheduler.now + 120_000, steps: 100_000 });
    if (!isStopped) this.#violated("L1", "the nodes could not be stopped");
    else await stopped;
  }

  #violated(rule: string, what: string): void {
    this.violations.push({ rule, what, atMs: this.scheduler.now });
  }

  #onApplied(applied: Applied): void {
    this.scheduler.note(`${applied.from} ${applied.method} ${digest(applied)}`);
    try {
      this.auditor.applied(applied);
    } catch (error) {
      this.#violated("auditor", (error as Error).stack ?? String(error));
    }
  }

  #onCall(process: SimProcess): "send" | "die before" | "die after" {
    const crash = this.#crashAtCall.get(process);
    if (crash === undefined || (crash.left -= 1) > 0) return "send";
    this.#crashAtCall.delete(process);
    const node = this.#nodes.find((one) => one.process === process);
    if (node === undefined) return "send";
    // After this very pass of its code, which may not send anything more.
    this.#crash(node, this.#dice.between(0, 5_000));
    return crash.when;
  }

  #newProcess(index: number, boots: number): SimProcess {
    const { seed, nodes } = this.scenario;
    const name = `node-${index}.${boots}`;
    return new SimProcess(name, this.scheduler, new Dice(`${name} ${seed}`), nodes[index]?.rate ?? 1);
  }

  #boot(node: SimNode): void {
    const { process, index } = node;
    const plan = this.scenario.nodes[index] as Scenario["nodes"][number];
    const { programs } = this.scenario;
    const options: HostedRuntimeOptions = {
      ...plan.options,
      host: process,
      provider: this.network.linkOf(process),
      activities: simActivities(process, this.ledger),
      orchestrations: plan.versions.map((version) =>
        orchestration("program", { version }, (ctx, input: ProgramInput) => interpret(ctx, programs, input)),
      ),
      logger: this.#logger,
    };
    Runtime.start(options).then(
      (runtime) => {
        if (node.process === process) node.runtime = runtime;
      },
      () => this.#reboot(node, 500),
    );
  }

  #reboot(node: SimNode, afterMs: number): void {
    const { process } = node;
    this.scheduler.after(afterMs, () => {
      if (this.isStopping || node.process !== process) return;
      node.boots += 1;
      node.process = this.#newProcess(node.index, node.boots);
      this.#boot(node);
    });
  }

  #crash(node: SimNode, afterMs: number): void {
    const { process } = node;
    process.kill();
    node.runtime = null;
    this.#reboot(node, afterMs);
  }

  #fail(fault: PlannedFault): void {
    const { kind, forMs, byMs } = fault;
    const node = this.#nodes[fault.node] as SimNode;
    const { process } = node;
    if (process.isDead) return;
    this.coverage.fault(kind);
    this.scheduler.note(kind);
    switch (kind) {
      case "crash":
        return this.#crash(node, forMs);
      case "crash at a call": {
        const when = this.#dice.chance(0.5) ? "die before" : "die after";
        return void this.#crashAtCall.set(process, { left: this.#dice.count(1, 40), when });
      }
      case "freeze":
        process.freeze();
        return void this.scheduler.after(forMs, () => process.thaw());
      case "cut off":
        this.network.cut(process);
        return void this.scheduler.after(forMs, () => this.network.mend(process));
      case "stop": {
        const { runtime } = node;
        if (runtime === null) return;
        node.runtime = null;
        const stopped = (): void => {
          if (node.process === process) this.#crash(node, 100);
        };
        return process.deliver(() => void runtime.stop({ timeout: Math.min(forMs, 5_000) }).then(stopped));
      }
      case "store down":
        this.network.isStoreDown = true;
        return void this.scheduler.after(forMs, () => (this.network.isStoreDown = false));
      case "clock forward":
        return this.#moveClock(byMs);
      case "clock back":
        return this.#moveClock(-byMs);
    }
  }

  #heal(): void {
    this.isHealed = true;
    this.network.heal();
    this.#crashAtCall.clear();
    for (const { process } of this.#nodes) process.thaw();
  }
}

async function openStore({ seed, store }: Scenario, scheduler: Scheduler, clock: () => number): Promise<Provider> {
  // Whoever hears of a commit is told over the network, which takes its time anyway.
  if (store === "memory") return new MemoryStore({ clock, soon: (action) => action() });
  const host = new SimProcess("store", scheduler, new Dice(`store ${seed}`), 1);
  const options: HostedSqliteOptions = { host, clock };
  return await SqliteProvider.open(":memory:", options);
}

/** Enough to tell two runs apart, and cheap. */
function digest({ method, args, answer }: Applied): string {
  if (method === "commit") {
    const { turns, results } = args[0] as CommitBatch;
    const outcomes = (answer as CommitResult).turns.map(({ status }) => status);
    const commits = turns.map(({ turnId, lastEventId, events }) => `${turnId} ${lastEventId} ${events.length}`);
    return `${commits.join()} ${results.map(({ id }) => id).join()} ${outcomes.join()}`;
  }
  if (method === "fetchInstances") {
    return (answer as FetchedInstances).instances.map(({ instanceId, epoch }) => `${instanceId} ${epoch}`).join();
  }
  if (method === "fetchWork") return (answer as FetchedWork).items.map(({ id }) => id).join();
  return Array.isArray(answer) ? String(answer.length) : typeof answer;
}
