import type { SQLInputValue } from "node:sqlite";
import type { Connection } from "./connection.ts";

/** Rows in one statement: each more saves a third of a row's cost, and each number of rows is one prepared statement. */
const maxRows = 16;

/** An INSERT of a varying number of rows. */
export class RowInsert {
  readonly #head: string;
  readonly #width: number;
  readonly #statements: string[] = [];

  constructor(table: string, columns: string) {
    this.#head = `INSERT INTO ${table} (${columns}) VALUES `;
    this.#width = columns.split(",").length;
  }

  /** `values` holds the rows one after the other. */
  run(db: Connection, values: readonly SQLInputValue[]): void {
    const chunk = maxRows * this.#width;
    if (values.length <= chunk) {
      if (values.length > 0) db.run(this.#statement(values.length / this.#width), ...values);
      return;
    }
    for (let from = 0; from < values.length; from += chunk) this.run(db, values.slice(from, from + chunk));
  }

  #statement(rows: number): string {
    const row = `(${Array(this.#width).fill("?").join(", ")})`;
    return (this.#statements[rows] ??= this.#head + Array(rows).fill(row).join(", "));
  }
}
