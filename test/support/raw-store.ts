import type { SQLInputValue } from "node:sqlite";
import type { World } from "./world.ts";

/**
 * Does to a store what no provider ever would: damages it, or looks behind its back. Gives the rows, if there are any.
 */
export function rawSql(world: World, sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
  return world.store.sql(sql, ...values);
}
