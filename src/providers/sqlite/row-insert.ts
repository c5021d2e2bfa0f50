import type { SQLInputValue } from "node:sqlite";
import type { Connection } from "./connection.ts";

/**
 * Rows in one statement: each more saves a third of a row's cost, and each number of rows is one prepared statement.
 */
const maxRows = 16;

/** An INSERT of a varying number of rows. */
export class RowInsert {
  readonly #head: string;
  readonly #width: number;
  readonly #row: string;
  readonly #statements: string[] = [];

  constructor(table: string, columns: string) {
    // OR FAIL: whoever gets an error undoes all that it wrote. Without it SQLite copies every page first that a
    // statement of several rows touches, to be able to undo just that statement.
    this.#head = `INSERT OR FAIL INTO ${table} (${columns}) VALUES `;
    this.#width = columns.split(",").length;
    this.#row = `(${Array(this.#width).fill("?").join(", ")})`;
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
    return (this.#statements[rows] ??= this.#head + Array<string>(rows).fill(this.#row).join(", "));
  }
}
