import { type HistoryEvent, isTerminal } from "../../src/history/index.ts";
import type { RecordedInstance } from "./recorded-instance.ts";
import type { Report } from "./violations.ts";

/** What parents have recorded of their children's ends is what the children recorded themselves. */
export class FamilyCheck {
  readonly #report: Report;
  readonly #ends = new Map<string, string>();
  readonly #heard = new Map<string, string[]>();

  constructor(report: Report) {
    this.#report = report;
  }

  instance({ instanceId, executionId, executions }: RecordedInstance): void {
    const last = executions.get(executionId)?.at(-1);
    if (typeof last === "object") this.#ends.set(instanceId, endOf(last));
    for (const history of executions.values()) {
      if (typeof history === "string") continue;
      for (const event of history) {
        if (event.kind !== "SubOrchestrationCompleted" && event.kind !== "SubOrchestrationFailed") continue;
        const scheduled = history[event.scheduledId - 1];
        if (scheduled?.kind !== "SubOrchestrationScheduled") continue;
        this.#heard.set(scheduled.instanceId, [...(this.#heard.get(scheduled.instanceId) ?? []), endOf(event)]);
      }
    }
  }

  end(): void {
    for (const [child, heard] of this.#heard) {
      const end = this.#ends.get(child);
      if (heard.length > 1) this.#report("E3", `${child}: its end was recorded ${heard.length} times by its parent`);
      if (heard[0] !== end) this.#report("E3", `${child} ended with ${end}, and its parent heard ${heard[0]}`);
    }
  }
}

function endOf(event: HistoryEvent): string {
  if (event.kind === "OrchestrationCompleted" || event.kind === "SubOrchestrationCompleted") {
    return `result ${event.payload}`;
  }
  return isTerminal(event) || event.kind === "SubOrchestrationFailed" ? "failure" : event.kind;
}
