import type { Logger } from "../definition/index.ts";
import { ClosedError } from "../errors/index.ts";
import type { CompleteWork, NewMessage, Transactions, WorkCompletion, WorkFence } from "../providers/contract.ts";
import type { ActivityEnd } from "./activity-run.ts";
import { backoffMs } from "./backoff.ts";
import type { Node } from "./node.ts";

export interface TransactionRun {
  readonly fence: WorkFence;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** The body; what it gives, or a promise of it, becomes the completion. */
  readonly body: (transaction: unknown) => unknown;
  /** What it throws is final: the value cannot be stored. */
  readonly completion: (result: unknown) => NewMessage;
}

/**
 * Runs the body of a transactional activity until it is known what became of it. After an answer that was lost, the
 * delivery says whether the commit took effect: then it is gone, and so is the reason to run the body again.
 */
export async function runTransaction(node: Node, run: TransactionRun): Promise<ActivityEnd> {
  const { fence, signal, log } = run;
  const { nodeId } = node.lease;
  // Nodes that have transactional activities are not started on stores that cannot run them.
  const transactions = node.provider.transactions as Transactions;
  let isFinal = false;
  const toMessage = (result: unknown): NewMessage => {
    isFinal = true;
    const message = run.completion(result);
    isFinal = false;
    return message;
  };
  const body: CompleteWork["run"] = (transaction) => {
    isFinal = false;
    const result = run.body(transaction);
    if (!isPromiseLike(result)) return toMessage(result);
    // The store refuses it, and would do so at every attempt.
    isFinal = transactions.style === "synchronous";
    return Promise.resolve(result).then(toMessage);
  };
  for (let failures = 1; nodeId !== null && node.lease.nodeId === nodeId && !signal.aborted; failures += 1) {
    try {
      if (failures > 1 && !(await node.provider.heartbeatWork(nodeId, fence, null))) break;
      return endOf(await transactions.completeWork({ nodeId, fence, signal, run: body }), isFinal);
    } catch (error) {
      if (error instanceof ClosedError) break;
      log.warn({ failures, err: error }, "transaction not answered; looking what became of it");
      await node.host.pause(backoffMs(node.host, failures));
    }
  }
  return { kind: "lost" };
}

function endOf(completion: WorkCompletion, isFinal: boolean): ActivityEnd {
  switch (completion.status) {
    case "committed":
      return { kind: "committed" };
    case "fenced":
      return { kind: "lost" };
    case "failed":
      return { kind: "failed", error: completion.error, isFinal };
  }
}

const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === "function";
