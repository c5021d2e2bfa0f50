import assert from "node:assert/strict";
import { test } from "node:test";
import { type AnyActivity, orchestration, type OrchestrationFunction } from "../../../src/definition/index.ts";
import type { InstanceHandle } from "../../../src/client/index.ts";
import { PerdureError } from "../../../src/errors/index.ts";
import type { RuntimeOptions } from "../../../src/runtime/index.ts";
import { World } from "../../support/world.ts";

/**
 * The shortest way to an error, as a test with its code for a name. The reference of errors has to have the same codes.
 */
export function provokes(code: string, provoke: (world: World) => unknown): void {
  test(code, async () => {
    const world = await World.open();
    try {
      const error = await Promise.resolve(provoke(world)).then(
        () => assert.fail("nothing went wrong"),
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof PerdureError, String(error));
      assert.equal(error.code, code, error.stack);
      assert.match(error.message, /[.:]/);
    } finally {
      await world.close();
    }
  });
}

interface Program extends Partial<RuntimeOptions> {
  readonly activities?: readonly AnyActivity[];
}

/** Starts a node with this function as an orchestration, and an instance of it, "one". */
export async function run<O>(
  world: World,
  body: OrchestrationFunction<undefined, O>,
  options: Program = {},
): Promise<InstanceHandle<O>> {
  const program = orchestration("program", body);
  await world.start({ orchestrations: [program], ...options });
  return await world.client.start(program, undefined, { instanceId: "one" });
}

export const resultOf = async <O>(handle: Promise<InstanceHandle<O>>): Promise<O> =>
  (await handle).result({ timeout: "20s" });
