import type { Logger } from "../definition/index.ts";
import type {
  CommitBatch,
  CommitResult,
  Provider,
  TurnCommit,
  TurnOutcome,
  WorkItem,
  WorkResult,
} from "../providers/contract.ts";
import { backoffMs } from "./backoff.ts";

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly answer: (answer: Answer) => void;
}

export interface PipelineOptions {
  readonly provider: Provider;
  readonly logger: Logger;
  /** Null once the lease is lost: then nothing more can be committed, and everything is fenced. */
  readonly nodeId: () => string | null;
  readonly claimWork: () => CommitBatch["claimWork"];
  readonly onWork: (items: readonly WorkItem[], claims: CommitBatch["claimWork"]) => void;
}

/**
 * Commits in batches: while one is under way, the next one gathers. A batch that gets no answer is sent again exactly as
 * it was, until it is answered or the lease is lost, so that nobody has to guess whether it took effect.
 */
export class CommitPipeline {
  readonly #options: PipelineOptions;
  #turns: Waiting<TurnCommit, TurnOutcome>[] = [];
  #results: Waiting<WorkResult, "committed" | "fenced">[] = [];
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

  #start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // Whatever else is ready in this pass of the event loop joins the batch.
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    while (this.#turns.length > 0 || this.#results.length > 0) {
      const turns = this.#turns;
      const results = this.#results;
      this.#turns = [];
      this.#results = [];
      const claimWork = this.#options.claimWork();
      const batch = { turns: turns.map(({ item }) => item), results: results.map(({ item }) => item), claimWork };
      const answer = await this.#send(batch);
      this.#options.onWork(answer?.work ?? [], claimWork);
      for (const [index, { answer: tell }] of turns.entries()) tell(answer?.turns[index] ?? { status: "fenced" });
      for (const [index, { answer: tell }] of results.entries()) tell(answer?.results[index] ?? "fenced");
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#isRunning = false;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #send(batch: Omit<CommitBatch, "nodeId">): Promise<CommitResult | null> {
    const { provider, logger, nodeId } = this.#options;
    const sentBy = nodeId();
    for (let failures = 1; ; failures += 1) {
      if (sentBy === null || nodeId() !== sentBy) return null;
      try {
        return await provider.commit({ nodeId: sentBy, ...batch });
      } catch (error) {
        logger.warn({ failures, turns: batch.turns.length, error }, "commit not answered; sending it again");
        await new Promise((resolve) => setTimeout(resolve, backoffMs(failures)));
      }
    }
  }
}
