import type { ExecutionReplay } from "./replay-execution.ts";

/** What a replay of histories came to. `String(report)` is a text for people. */
export interface ReplayReport {
  /** Whether the code does for every one of them what its history says. */
  readonly ok: boolean;
  readonly executions: readonly ExecutionReplay[];
  /** Instances of an export that were not replayed, because their orchestrations were not given, in words. */
  readonly notReplayed: readonly string[];
  /** Throws the first error, if there is one: `NondeterminismError` where code and history differ. */
  assertOk(): void;
  /** A text for people: each history that differs, with both sides. */
  toString(): string;
}

export function replayReport(
  executions: readonly ExecutionReplay[],
  notReplayed: readonly string[] = [],
): ReplayReport {
  const failed = executions.filter(({ verdict }) => verdict !== "agrees");
  return {
    ok: failed.length === 0,
    executions,
    notReplayed,
    assertOk() {
      for (const { error } of failed) if (error !== undefined) throw error;
    },
    toString() {
      if (failed.length > 0) return failed.map(describeFailed).join("\n\n");
      const events = executions.reduce((sum, execution) => sum + execution.events, 0);
      const histories = `${executions.length} ${executions.length === 1 ? "history" : "histories"}`;
      const others = notReplayed.length === 0 ? "" : ` Not given, and not replayed: ${notReplayed.join(", ")}.`;
      return `The code agrees with ${histories} (${events} events).${others}`;
    },
  };
}

/** One execution that does not agree, in as many lines as it takes. */
function describeFailed({ instanceId, executionId, orchestration, verdict, error }: ExecutionReplay): string {
  const what = orchestration === undefined ? "" : ` of ${orchestration}`;
  return `"${instanceId}"${what}, execution ${executionId}: ${wordsFor[verdict]}.\n${error?.message ?? ""}`;
}

const wordsFor: Readonly<Record<ExecutionReplay["verdict"], string>> = {
  agrees: "it agrees",
  diverges: "it diverges",
  notRegistered: "its version is not registered",
  unreadable: "its history cannot be read",
};
