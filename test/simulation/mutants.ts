/** The product broken on purpose: one piece of its source replaced by another. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** Has to be in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

export const mutants: readonly Mutant[] = [
  {
    name: "commits are not fenced by their owner",
    file: "src/providers/sqlite/advance.ts",
    find: "WHERE key = ?4 AND owner = ?5 AND epoch = ?6 AND execution_id = ?7",
    replace: "WHERE key = ?4 AND (owner = ?5 OR 1) AND (epoch = ?6 OR 1) AND execution_id = ?7",
  },
  {
    name: "a node whose lease has expired may commit",
    file: "src/providers/sqlite/commit.ts",
    find: "if (!holdsLease(tx, batch.nodeId))",
    replace: "if (!batch.nodeId)",
  },
  {
    name: "timers fire a little early",
    file: "src/providers/sqlite/fire-timers.ts",
    find: "due_at <= ?",
    replace: "due_at - 5 <= ?",
  },
  {
    name: "a commit that got no answer is not sent again",
    file: "src/runtime/commit-pipeline.ts",
    find: "await host.pause(backoffMs(host, failures));",
    replace: "return null;",
  },
  {
    name: "a message is acked and not recorded",
    file: "src/replay/deliverable.ts",
    find: 'if (message.kind === "CancelRequested" && standing.isCancelled)',
    replace:
      'if (message.kind === "MessageArrived" && standing.log.lastEventId % 5 === 0) return "lost";\n  if (message.kind === "CancelRequested" && standing.isCancelled)',
  },
  {
    name: "continue-as-new loses the parent",
    file: "src/runtime/execution-end.ts",
    find: "...(started.parent && { parent: started.parent }),",
    replace: "",
  },
  {
    name: "continue-as-new loses what was not received",
    file: "src/runtime/execution-end.ts",
    find: "...(unreceived.length > 0 && {",
    replace: "...(unreceived.length > 1_000 && {",
  },
  {
    name: "completions for an execution that has ended are taken in",
    file: "src/runtime/inbox.ts",
    find: "return executionId === instance.executionId ? null",
    replace: "return executionId <= instance.executionId ? null",
  },
  {
    name: "a parent is not told of its child's end",
    file: "src/runtime/execution-end.ts",
    find: "ending.parent === null ? childMessages",
    replace: 'ending.parent === null || end.kind === "OrchestrationCancelled" ? childMessages',
  },
  {
    name: "activities that were given up are still run",
    file: "src/providers/sqlite/apply-decisions.ts",
    find: "for (const id of turn.cancelledWork) tx.db.run(CANCEL_WORK, id, key);",
    replace: "",
  },
  {
    name: "an ack removes what came meanwhile as well",
    file: "src/providers/sqlite/commit-turn.ts",
    find: "DELETE FROM perdure_messages WHERE seq = ? AND key = ?",
    replace: "DELETE FROM perdure_messages WHERE seq >= ? AND key = ?",
  },
  {
    name: "a completion whose turn was fenced is forgotten",
    file: "src/runtime/instance-router.ts",
    find: "for (const { message, fence } of completions) {",
    replace: "for (const { message, fence } of completions.slice(1_000)) {",
  },
  {
    name: "what a lost answer may have brought is not given back",
    file: "src/runtime/claim-gate.ts",
    find: "    if (this.#isStopped) return;\n    this.#isInDoubt = true;",
    replace: "    if (!this.#isStopped) return;\n    this.#isInDoubt = true;",
  },
  {
    name: "retries do not wait",
    file: "src/providers/sqlite/commit-result.ts",
    find: "Math.ceil(tx.now + result.delayMs)",
    replace: "tx.now",
  },
  {
    name: "nobody takes over what a dead node owned",
    file: "src/providers/sqlite/node-lease.ts",
    find: "if (leaseUntil > tx.leaseNow && !hasDied(process)) continue;",
    replace: "if (leaseUntil > 0) continue;",
  },
  {
    name: "the next message is looked at before the function has come to rest",
    file: "src/replay/engine.ts",
    find: "await drain();",
    replace: "await null;",
  },
  {
    name: "a resent commit is not recognised",
    file: "src/providers/sqlite/commit-turn.ts",
    find: "if (row === undefined || row[2] !== turn.turnId)",
    replace: "if (row === undefined || row[2] !== null)",
  },
];
