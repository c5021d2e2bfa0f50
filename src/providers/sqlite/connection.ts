import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

export type Row = readonly unknown[];

/** One SQLite connection. Rows are arrays, in the order of the selected columns; statements are prepared once. */
export class Connection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  static open(location: string, options: { readonly readOnly: boolean }): Connection {
    // No busy timeout: SQLite would wait on the main thread. Whoever finds the database locked waits asynchronously.
    return new Connection(
      new DatabaseSync(location, { readOnly: options.readOnly, enableForeignKeyConstraints: false, timeout: 0 }),
    );
  }

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /** Runs a statement and returns how many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return this.#statement(sql).run(...values).changes as number;
  }

  /**
   * Runs an INSERT of one row and returns its rowid; null if a conflict kept it out. RETURNING would make SQLite build a
   * table for it.
   */
  insert(sql: string, ...values: SQLInputValue[]): number | null {
    const { changes, lastInsertRowid } = this.#statement(sql).run(...values);
    return changes === 0 ? null : (lastInsertRowid as number);
  }

  get<R extends Row>(sql: string, ...values: SQLInputValue[]): R | undefined {
    return this.#statement(sql).get(...values) as unknown as R | undefined;
  }

  all<R extends Row>(sql: string, ...values: SQLInputValue[]): R[] {
    return this.#statement(sql).all(...values) as unknown as R[];
  }

  /** Runs several statements that take no values. */
  script(sql: string): void {
    this.#database.exec(sql);
  }

  /** A statement of a user's, whose rows are objects. */
  prepare(sql: string): StatementSync {
    return this.#database.prepare(sql);
  }

  /** Several reads of one and the same state of the database. */
  snapshot<T>(read: () => T): T {
    if (this.inTransaction) return read();
    this.run("BEGIN");
    try {
      return read();
    } finally {
      if (this.inTransaction) this.run("COMMIT");
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      statement.setReturnArrays(true);
      statement.setReadBigInts(false);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
