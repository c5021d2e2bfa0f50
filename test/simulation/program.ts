import type { Dice } from "./dice.ts";

/** An orchestration as data. Every expression gives a whole number. */
export type Expression =
  | { readonly op: "activity"; readonly n: number; readonly mode: ActivityMode; readonly limitMs?: number }
  | { readonly op: "sleep"; readonly ms: number }
  | {
      readonly op: "child";
      readonly program: number;
      readonly ends?: "cancel" | "terminate" | "abandon";
      readonly version?: string;
      readonly limitMs?: number;
    }
  | { readonly op: "detached"; readonly program: number }
  | { readonly op: "receive"; readonly mailbox: string; readonly limitMs?: number }
  | { readonly op: "event"; readonly name: string; readonly limitMs?: number }
  | { readonly op: "state"; readonly key: string }
  | { readonly op: "status" | "random" | "patched" }
  | { readonly op: "hops"; readonly hops: number; readonly of: Expression }
  | { readonly op: "caught" | "abortedAfter" | "floating"; readonly of: Expression }
  | { readonly op: "sequence" | "all" | "allSettled" | "race" | "any"; readonly of: readonly Expression[] };

/**
 * `flaky` fails at first and is tried again; `broken` fails for good; `slow` takes its time; `beating` as well, and
 * says now and then that it is alive; `elsewhere` is in another queue.
 */
export type ActivityMode = "plain" | "flaky" | "broken" | "slow" | "beating" | "elsewhere";

export interface Program {
  /** One for each execution: all but the last continue as new. */
  readonly executions: readonly Expression[];
  /** Continues as the other version. */
  readonly changesVersion: boolean;
  /** What it gives does not depend on the order in which anything comes: it can be calculated beforehand. */
  readonly isConfluent: boolean;
  /** The mailboxes that it receives from, one for each message, if it is confluent. */
  readonly receives: readonly Mailbox[];
}

interface Making {
  readonly dice: Dice;
  readonly programs: Program[];
  readonly isConfluent: boolean;
  depth: number;
}

/** Adds a program, and those of its children, to the list; gives its place there. */
export function makeProgram(dice: Dice, programs: Program[], isConfluent: boolean, depth = 0): number {
  const making: Making = { dice, programs, isConfluent, depth };
  const generations = dice.chance(depth === 0 ? 0.35 : 0.2) ? dice.count(2, 4) : 1;
  const bodies: Expression[] = [];
  const receives: Mailbox[] = [];
  for (let index = 0; index < generations; index += 1) {
    const parts: Expression[] = [];
    for (let count = dice.count(1, depth === 0 ? 4 : 2); count > 0; count -= 1) parts.push(makeExpression(making, 0));
    if (dice.chance(0.3)) parts.unshift({ op: "state", key: dice.pick(["a", "b"]) });
    if (dice.chance(0.2)) parts.push({ op: "status" });
    if (isConfluent && depth === 0 && dice.chance(0.3)) {
      const chosen = Array.from({ length: dice.count(1, 3) }, () => dice.pick(mailboxes));
      receives.push(...chosen);
      const each = chosen.map((mailbox): Expression => ({ op: "receive", mailbox }));
      parts.splice(dice.below(parts.length + 1), 0, { op: dice.pick(["all", "sequence"]), of: each });
    }
    bodies.push({ op: "sequence", of: parts });
  }
  programs.push({ executions: bodies, changesVersion: dice.chance(0.3), isConfluent, receives });
  return programs.length - 1;
}

export const mailboxes = ["letters", "parcels"] as const;
export type Mailbox = (typeof mailboxes)[number];
export const eventNames = ["bell", "horn"] as const;

function makeExpression(making: Making, level: number): Expression {
  const { dice, isConfluent } = making;
  if (level >= 3 || dice.chance(0.45)) return makeLeaf(making);
  const op = dice.weighed({
    sequence: 3,
    all: 4,
    allSettled: 1,
    hops: 1,
    caught: 1,
    chain: 4,
    race: isConfluent ? 0 : 2,
    any: isConfluent ? 0 : 1,
    abortedAfter: isConfluent ? 0 : 1,
    floating: isConfluent ? 0 : 0.5,
  });
  if (op === "hops") return { op, hops: dice.below(60), of: makeExpression(making, level + 1) };
  if (op === "caught" || op === "abortedAfter" || op === "floating") {
    return { op, of: makeExpression(making, level + 1) };
  }
  if (op === "chain") {
    const of = Array.from({ length: dice.count(4, 16) }, (): Expression => activity(dice, "plain"));
    return { op: "sequence", of };
  }
  const of = Array.from({ length: dice.count(1, 4) }, () => makeExpression(making, level + 1));
  return { op, of };
}

function makeLeaf(making: Making): Expression {
  const { dice, isConfluent, programs, depth } = making;
  const limit = !isConfluent && dice.chance(0.3) ? { limitMs: dice.count(1, 8_000) } : {};
  const op = dice.weighed({
    plain: 8,
    flaky: 1,
    broken: 0.6,
    slow: 1,
    beating: 0.4,
    elsewhere: 0.6,
    sleep: 1.5,
    child: depth < 2 ? 1.6 : 0,
    detached: depth < 2 ? 0.3 : 0,
    receive: isConfluent ? 0 : 1.2,
    event: isConfluent ? 0 : 1.2,
    random: isConfluent ? 0 : 0.4,
    patched: isConfluent ? 0 : 0.4,
    state: isConfluent ? 0 : 0.4,
  });
  switch (op) {
    case "plain":
    case "flaky":
    case "slow":
    case "beating":
    case "elsewhere":
      return { ...activity(dice, op), ...limit };
    case "broken": {
      const broken = { ...activity(dice, "broken"), ...limit };
      return isConfluent || dice.chance(0.7) ? { op: "caught", of: broken } : broken;
    }
    case "sleep":
      return { op, ms: dice.chance(0.1) ? dice.count(2_000, 20_000) : dice.count(0, 1_500) };
    case "child": {
      const program = makeProgram(dice, programs, isConfluent, depth + 1);
      const ends = dice.pick([undefined, undefined, "cancel", "terminate", "abandon"] as const);
      const version = dice.pick([undefined, undefined, "1.0.0", "2.0.0"]);
      return { op, program, ...(ends && { ends }), ...(version !== undefined && { version }), ...limit };
    }
    case "detached":
      return { op, program: makeProgram(dice, programs, isConfluent, depth + 1) };
    case "receive":
      return { op, mailbox: dice.pick(mailboxes), ...limit };
    case "event":
      return { op, name: dice.pick(eventNames), ...limit };
    case "state":
      return { op, key: dice.pick(["a", "b"]) };
    case "random":
    case "patched":
      return { op };
  }
}

const activity = (dice: Dice, mode: ActivityMode): Expression & { readonly op: "activity" } => ({
  op: "activity",
  n: dice.below(1_000),
  mode,
});
