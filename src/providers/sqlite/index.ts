export { SqliteProvider, type SqliteOptions } from "./sqlite-provider.ts";
export type { SqliteTransaction } from "./sqlite-transaction.ts";
