export { SqliteProvider, type SqliteOptions } from "./sqlite-provider.ts";
