import type { SQLInputValue } from "node:sqlite";
import { InvalidArgumentError } from "../../errors/index.ts";
import type { TurnCommit } from "../contract.ts";
import { RowInsert } from "./row-insert.ts";
import type { Transaction } from "./transaction.ts";

const insertHistory = new RowInsert("perdure_history", "key, execution_id, event_id, at, body, payload");

/** The events that a batch appends: those of all its turns in few statements. */
export class HistoryRows {
  readonly #tx: Transaction;
  #values: SQLInputValue[] = [];

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  append(key: number, { executionId, lastEventId, events }: TurnCommit): void {
    let expected = lastEventId;
    for (const { eventId, at, body, payload } of events) {
      expected += 1;
      if (eventId !== expected) throw new InvalidArgumentError(`Event id ${eventId} where ${expected} follows.`);
      this.#values.push(key, executionId, eventId, at, body, payload);
    }
    // Where each turn stands and falls by itself, what is wrong with its events has to come out before its end.
    if (this.#tx.isolating) this.flush();
  }

  flush(): void {
    const values = this.#values;
    this.#values = [];
    insertHistory.run(this.#tx.db, values);
  }
}
