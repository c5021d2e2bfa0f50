import type { Client } from "../../../src/client/index.ts";
import type { ActivityContext, AnyActivity, AnyOrchestration } from "../../../src/definition/index.ts";
import type { EventKind } from "../../../src/history/index.ts";
import type { Ledger } from "../ledger.ts";
import type { UserDatabase } from "../user-database.ts";

/** A program that comes to the same end wherever it is cut, if nothing is lost and nothing is done twice. */
export interface Scenario {
  readonly orchestrations: readonly AnyOrchestration[];
  readonly activities: readonly AnyActivity[];
  /** What its client does, one thing after the other, beginning with the start of the first root. */
  readonly script: readonly Step[];
  /** Instances whose ends the client waits for. */
  readonly roots: readonly [string, ...string[]];
  /** Events of which there may be more or fewer from one run to the next. All others are counted. */
  readonly varying?: readonly EventKind[];
  /** Activities whose every execution that is recorded has written two rows, and every other one none. */
  readonly transactional?: readonly string[];
}

/** Done again by the next process if the one before does not know that it was done. */
export type Step = (client: Client, ledger: Ledger) => Promise<unknown>;

/** To be called by every activity where it has its effect. */
export type NoteEffect = (ctx: ActivityContext, how?: { readonly name?: string; readonly willFail?: boolean }) => void;

export type MakeScenario = (effect: NoteEffect, database: UserDatabase) => Scenario;
