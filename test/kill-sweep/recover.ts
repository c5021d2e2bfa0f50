import { StorageError } from "../../src/errors/index.ts";
import { nothingQueued, queued } from "../support/queued.ts";
import { isDeepStrictEqual } from "node:util";
import { type Death, judge } from "./judge.ts";
import { Ledger } from "./ledger.ts";
import { observe, type Observed } from "./observe.ts";
import { type Address, openAt } from "../support/store-address.ts";
import { runNode } from "./run-node.ts";
import { UserDatabase } from "./user-database.ts";
import { type ScenarioName, scenarios } from "./scenarios/index.ts";

export interface Recovery {
  readonly scenario: ScenarioName;
  readonly address: Address;
  readonly ledger: string;
  readonly deaths: readonly Death[];
  readonly expected: Observed;
  /** After so long, something is taken for lost. */
  readonly limitMs: number;
}

/** What a dead process has left. */
export async function lookAtDeath(address: Address, ledger: string): Promise<Death> {
  await using store = await openAt(address);
  return { lines: new Ledger(ledger).lines.length, store: await observe(store, new UserDatabase(address)) };
}

/** A node in this process does the rest. Gives everything that is not as if nobody had ever died. */
export async function recover({ scenario: name, address, deaths, expected, limitMs, ...rest }: Recovery) {
  const ledger = new Ledger(rest.ledger);
  const database = new UserDatabase(address);
  const scenario = scenarios[name](ledger.effect, database);
  const troubles: string[] = [];
  await using provider = await openAt(address);
  const end = await runNode(
    {
      provider,
      scenario,
      ledger,
      leaseMs: 15_000,
      onTrouble: (message, error) => {
        if (error instanceof StorageError) troubles.push(`${message}: ${error.message}`);
      },
    },
    limitMs,
  );
  const store = await observe(provider, database);
  if (end === "too late") {
    const open = [...store.outcomes].filter(([, outcome]) => outcome === null).map(([id]) => id);
    return [`after ${limitMs} ms there is no end of ${open.join(", ") || "what the client does"}`];
  }
  const left = await queued(provider, scenario);
  if (!isDeepStrictEqual(left, nothingQueued)) troubles.push(`left in the queues: ${JSON.stringify(left)}`);
  return [...troubles, ...judge({ scenario, deaths, ledger: ledger.lines, end: store, expected })];
}
