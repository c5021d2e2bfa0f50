/** What this provider needs of a pool of connections. A `Pool` of `pg` is one. */
export interface PostgresPool {
  /** As a `Pool` of `pg` keeps what it was given; `max` is how many connections it makes at most. */
  readonly options?: { readonly max?: number | undefined };
  /** Gives a connection, when one is free. */
  connect(): Promise<PostgresClient>;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "connect", listener: (client: PostgresClient) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
  off(event: "connect", listener: (client: PostgresClient) => void): unknown;
  /** Ends all connections. */
  end(): Promise<void>;
}

/** What this provider needs of one connection. A client of a `Pool` of `pg` is one. */
export interface PostgresClient {
  /** Runs one statement. */
  query(query: PostgresQuery): Promise<{ readonly rows: unknown[] }>;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "notification", listener: (message: { readonly payload?: string | undefined }) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
  off(event: "notification", listener: (message: { readonly payload?: string | undefined }) => void): unknown;
  /** Gives the connection back to its pool, or ends it. */
  release(destroy?: boolean): void;
}

/** A statement with its values, as `pg` takes it. */
export interface PostgresQuery {
  readonly text: string;
  /** Under which the connection remembers the statement, if it has one. */
  readonly name?: string;
  readonly values?: unknown[];
  readonly types?: { getTypeParser(typeId: number): (text: string) => unknown };
  /** `pg` gives up waiting after so long, in milliseconds. */
  readonly query_timeout?: number;
}
