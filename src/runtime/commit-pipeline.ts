import type { Logger } from "../definition/index.ts";
import { ClosedError } from "../errors/index.ts";
import type { Host } from "../host/index.ts";
import type {
  CommitBatch,
  CommitResult,
  Provider,
  TurnCommit,
  TurnOutcome,
  WorkItem,
  WorkResult,
  WorkFence,
} from "../providers/contract.ts";
import { backoffMs } from "./backoff.ts";
import { channels } from "../observability/index.ts";
import type { ClaimGate } from "./claim-gate.ts";
import type { NodeLeaseKeeper } from "./node-lease.ts";

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly answer: (answer: Answer) => void;
}

export interface PipelineOptions {
  readonly host: Host;
  readonly provider: Provider;
  readonly logger: Logger;
  readonly lease: NodeLeaseKeeper;
  readonly claims: ClaimGate;
  readonly claimWork: () => CommitBatch["claimWork"];
  readonly onWork: (items: readonly WorkItem[], claims: CommitBatch["claimWork"]) => void;
  readonly onCommitted: (turn: TurnCommit) => void;
}

/**
 * Commits in batches: while one is under way, the next one gathers. A batch that gets no answer is sent again exactly
 * as it was, until it is answered or the lease is lost, so that nobody has to guess whether it took effect. Without the
 * lease nothing can be committed any more: everything is fenced.
 */
export class CommitPipeline {
  readonly #options: PipelineOptions;
  #turns: Waiting<TurnCommit, TurnOutcome>[] = [];
  #results: Waiting<WorkResult, "committed" | "fenced">[] = [];
  #sending: Pick<CommitBatch, "turns" | "results"> | null = null;
  #isRunning = false;
  #whenIdle: (() => void)[] = [];

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  turn(commit: TurnCommit): Promise<TurnOutcome> {
    return new Promise((answer) => {
      this.#turns.push({ item: commit, answer });
      this.#start();
    });
  }

  result(result: WorkResult): Promise<"committed" | "fenced"> {
    return new Promise((answer) => {
      this.#results.push({ item: result, answer });
      this.#start();
    });
  }

  /** Resolves when nothing is being committed or waits to be. */
  idle(): Promise<void> {
    return this.#isRunning ? new Promise((resolve) => this.#whenIdle.push(resolve)) : Promise.resolve();
  }

  /** Deliveries whose end is being committed or waits to be. */
  deliveries(): WorkFence[] {
    const turns = [...this.#turns.map(({ item }) => item), ...(this.#sending?.turns ?? [])];
    const results = [...this.#results.map(({ item }) => item), ...(this.#sending?.results ?? [])];
    return [...turns.flatMap(({ ackedWork }) => ackedWork), ...results];
  }

  #start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // Whatever else is ready in this pass of the event loop joins the batch.
    this.#options.host.soon(() => void this.#run());
  }

  async #run(): Promise<void> {
    const { host, claims, claimWork, onWork, onCommitted } = this.#options;
    while (this.#turns.length > 0 || this.#results.length > 0) {
      const turns = this.#turns;
      const results = this.#results;
      this.#turns = [];
      this.#results = [];
      const batch = {
        turns: turns.map(({ item }) => item),
        results: results.map(({ item }) => item),
        claimWork: claims.isOpen ? claimWork() : [],
      };
      this.#sending = batch;
      const done = claims.begin();
      const sentMs = host.now();
      const answer = await this.#send(batch);
      tellCommit(batch, answer, host.now() - sentMs);
      onWork(answer?.work ?? [], batch.claimWork);
      done();
      for (const [index, { item, answer: tell }] of turns.entries()) {
        const outcome = answer?.turns[index] ?? { status: "fenced" };
        if (outcome.status === "committed") onCommitted(item);
        tell(outcome);
      }
      for (const [index, { answer: tell }] of results.entries()) tell(answer?.results[index] ?? "fenced");
      this.#sending = null;
      await new Promise<void>((resolve) => this.#options.host.soon(resolve));
    }
    this.#isRunning = false;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** Null if the lease is lost first. */
  async #send(batch: Omit<CommitBatch, "nodeId">): Promise<CommitResult | null> {
    const { lease } = this.#options;
    const { nodeId } = lease;
    if (nodeId === null) return null;
    const { promise: lost, resolve } = Promise.withResolvers<null>();
    const stopListening = lease.onLost(() => resolve(null));
    try {
      return await Promise.race([lost, this.#sendUntilAnswered({ nodeId, ...batch })]);
    } finally {
      stopListening();
    }
  }

  async #sendUntilAnswered(batch: CommitBatch): Promise<CommitResult | null> {
    const { host, provider, logger, lease, claims } = this.#options;
    for (let failures = 1; lease.nodeId === batch.nodeId; failures += 1) {
      try {
        return await provider.commit(batch);
      } catch (error) {
        if (error instanceof ClosedError) return null;
        logger.warn({ failures, turns: batch.turns.length, err: error }, "commit not answered; sending it again");
        // If it took effect, the next answer to it will not say again what work it brought.
        if (batch.claimWork.length > 0) claims.suspect();
        await host.pause(backoffMs(host, failures));
      }
    }
    return null;
  }
}

function tellCommit(batch: Pick<CommitBatch, "turns" | "results">, answer: CommitResult | null, ms: number): void {
  if (!channels.commit.hasListeners) return;
  const [turns, results] = [batch.turns.length, batch.results.length];
  const committed =
    (answer?.turns.filter(({ status }) => status === "committed").length ?? 0) +
    (answer?.results.filter((outcome) => outcome === "committed").length ?? 0);
  channels.commit.tell({ turns, results, fenced: turns + results - committed, ms });
}
