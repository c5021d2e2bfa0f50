import type { HistoryEvent } from "../../src/history/index.ts";
import type { LedgerReader } from "../ledger/ledger-reader.ts";
import type { Worked } from "../workload/activities.ts";
import type { RecordedInstance } from "./recorded-instance.ts";
import type { Report } from "./violations.ts";

/**
 * A time in which a process can have committed nothing, because it was stopped or cut off for longer than its lease.
 */
export interface Isolation {
  readonly pid: number;
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

/** Compares what the histories say that activities gave with what these noted outside of the store. */
export class EffectCheck {
  readonly #ledger: LedgerReader;
  readonly #isolations: readonly Isolation[];
  readonly #report: Report;
  readonly #recorded = new Set<string>();

  constructor(ledger: LedgerReader, isolations: readonly Isolation[], report: Report) {
    this.#ledger = ledger;
    this.#isolations = isolations;
    this.#report = report;
  }

  instance({ instanceId, runId, executions }: RecordedInstance): void {
    for (const [executionId, history] of executions) {
      if (typeof history === "string") continue;
      for (const event of history) {
        if (event.kind === "ActivityCompleted") this.#completed(event, instanceId, `${runId}.${executionId}`);
        if (event.kind === "ActivityFailed") this.#failed(event, instanceId, `${runId}.${executionId}`);
      }
    }
  }

  /** After all instances: whatever an activity that somebody waited for has given is recorded. */
  end(): void {
    for (const [key, executions] of this.#ledger.byKey) {
      const isDone = executions.some(({ value, isFirm }) => isFirm && value !== null);
      if (isDone && !this.#recorded.has(key)) {
        this.#report("E1", `${executions[0]?.instanceId}: ${key} was executed, and nothing of it is recorded`);
      }
    }
  }

  #completed(event: HistoryEvent & { kind: "ActivityCompleted" }, instanceId: string, execution: string): void {
    const key = `${execution}.${event.scheduledId}`;
    const { nonce, value } = JSON.parse(event.payload) as Worked;
    const noted = this.#ledger.executions.get(nonce);
    const where = `${instanceId}, event ${event.eventId}`;
    if (noted === undefined || noted.value === null || noted.endedAt === null) {
      return this.#report("E1", `${where}: recorded, and nobody has noted that it was executed`);
    }
    if (noted.key !== key || noted.value !== value) {
      this.#report("E1", `${where}: ${value} for ${key}, and the ledger has ${noted.value} for ${noted.key}`);
    }
    if (this.#recorded.has(key)) this.#report("H4 E1", `${where}: ${key} is recorded twice`);
    this.#recorded.add(key);
    const { pid, beganAt, endedAt } = noted;
    for (const { pid: isolated, what, from, to } of this.#isolations) {
      if (isolated !== pid || beganAt >= to || endedAt <= from) continue;
      this.#report(
        "Q2",
        `${where}: recorded from process ${pid}, which had been ${what} since for longer than its lease`,
      );
    }
  }

  #failed(event: HistoryEvent & { kind: "ActivityFailed" }, instanceId: string, execution: string): void {
    const key = `${execution}.${event.scheduledId}`;
    const executions = this.#ledger.byKey.get(key) ?? [];
    if (executions.some(({ endedAt, value }) => endedAt !== null && value === null)) return;
    this.#report("E1", `${instanceId}, event ${event.eventId}: failed, and no execution of ${key} did`);
  }
}
