export type { PostgresClient, PostgresPool, PostgresQuery } from "./pool.ts";
export { PostgresProvider, type PostgresOptions } from "./postgres-provider.ts";
export type { PostgresTransaction } from "./postgres-transaction.ts";
