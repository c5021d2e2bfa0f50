import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { orchestration } from "../../src/definition/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { rawSql } from "./raw-store.ts";
import { World } from "./world.ts";

/** A call that must be refused: with which code, mentioning what; and the call, as if the caller had no types. */
export type Refusal = readonly [code: string, mentions: RegExp, call: Call, ...args: readonly unknown[]];
type Call = (world: World, ...args: readonly unknown[]) => unknown;

export const invalid = "INVALID_ARGUMENT";
export const limit = "LIMIT_EXCEEDED";
export const unserializable = "UNSERIALIZABLE_VALUE";

/** A method of an object, or a function of a module, by its name. */
export function callOf(target: unknown, name: string, ...args: readonly unknown[]): unknown {
  return (target as Record<string, (...args: readonly unknown[]) => unknown>)[name]?.(...args);
}

export const waiting = orchestration("waiting", (ctx) => ctx.receive("never"));

/** A store with one instance, "w", of `waiting`; it is the same after all these calls. */
export function refuses(name: string, refusals: readonly Refusal[]): void {
  test(`${name}: refused where the call stands, with a stable code, and nothing is stored`, async (t) => {
    const world = await World.open();
    try {
      await world.client.start(waiting, undefined, { instanceId: "w" });
      const before = rowCounts(world);
      for (const [code, mentions, call, ...args] of refusals) {
        await t.test(inspect(args, { depth: 2, breakLength: Infinity, maxStringLength: 30 }), async () => {
          const error = await refusalOf(() => call(world, ...args));
          assert.equal(error.code, code, error.stack);
          assert.match(error.message, mentions);
        });
      }
      assert.deepEqual(rowCounts(world), before);
      assert.equal((await world.client.getStatus("w")).status, "pending");
    } finally {
      await world.close();
    }
  });
}

async function refusalOf(call: () => unknown): Promise<Error & { readonly code?: string }> {
  try {
    const result = await call();
    if (result instanceof Runtime) await result.stop();
    if (result instanceof SqliteProvider) await result.close();
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
  return new Error("It was not refused.");
}

/** How many rows each table of the store has. */
function rowCounts(world: World): Record<string, unknown> {
  const tables = rawSql(world, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'perdure_%'");
  assert.ok(tables.length > 0);
  return Object.fromEntries(
    tables.map(({ name }) => [name, rawSql(world, `SELECT count(*) AS rows FROM ${String(name)}`)[0]?.["rows"]]),
  );
}
