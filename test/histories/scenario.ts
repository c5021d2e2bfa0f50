import type { PayloadCodec } from "../../src/codec/index.ts";
import type { AnyActivity, AnyOrchestration } from "../../src/definition/index.ts";
import type { TestEnvironment, TestEnvironmentOptions } from "../../src/testing/index.ts";

/**
 * A recording and the code that it was made with, side by side: `recordings/x.ts` and `recordings/x.json`. Neither is
 * changed once it has been released: together they say what that code did, and has to do for ever.
 */
export interface Scenario {
  readonly orchestrations: readonly AnyOrchestration[];
  readonly activities?: readonly AnyActivity[];
  /** What is also in the store is then recorded as it is stored, in `x.sealed.json`. */
  readonly codec?: PayloadCodec;
  readonly runtime?: NonNullable<TestEnvironmentOptions["runtime"]>;
  /** Code that was deployed later, and must go on with the recording as it is. */
  readonly later?: readonly AnyOrchestration[];
  /** Leads instances to where they are to be recorded, and gives the ids of those that nobody else started. */
  readonly run: (env: TestEnvironment) => Promise<readonly string[]>;
}

/** Gives the scenario its type. */
export const scenario = (given: Scenario): Scenario => given;
