import type { RuntimeOptions } from "../../src/runtime/index.ts";
import { Dice } from "./dice.ts";
import { type FaultRates, noFaults } from "./network.ts";
import { type Mailbox, type Program, eventNames, mailboxes, makeProgram } from "./program.ts";

/** A world and all that goes wrong in it, made of a seed; or of another one, by leaving things out. */
export interface Scenario {
  readonly seed: string;
  readonly store: "memory" | "sqlite";
  /** Whatever goes wrong, everything has to come to what can be worked out beforehand. */
  readonly isConfluent: boolean;
  readonly nodes: readonly NodePlan[];
  readonly programs: readonly Program[];
  readonly roots: readonly Root[];
  readonly faults: readonly PlannedFault[];
  readonly rates: FaultRates;
  /** From then on nothing goes wrong any more. */
  readonly healAtMs: number;
  readonly latencyMs: number;
  readonly isRemote: boolean;
}

interface NodePlan {
  readonly options: Omit<RuntimeOptions, "provider">;
  readonly versions: readonly string[];
  /** How fast its clock goes. */
  readonly rate: number;
}

/** An instance that is started from outside, and what else is done to it. */
export interface Root {
  readonly instanceId: string;
  readonly program: number;
  readonly version?: string;
  readonly startAtMs: number;
  /** A client waits for its end. */
  readonly isAwaited: boolean;
  readonly acts: readonly Act[];
}

export type Act = { readonly atMs: number } & (
  | { readonly kind: "send"; readonly mailbox: Mailbox; readonly value: number }
  | { readonly kind: "raise"; readonly name: string; readonly value: number }
  | { readonly kind: "cancel" | "terminate" | "delete" | "start again" }
);

export interface PlannedFault {
  readonly atMs: number;
  readonly forMs: number;
  readonly node: number;
  readonly kind:
    | "crash"
    | "crash at a call"
    | "freeze"
    | "cut off"
    | "stop"
    | "store down"
    | "clock forward"
    | "clock back";
  /** Of a clock's jump. */
  readonly byMs: number;
}

export function makeScenario(seed: string): Scenario {
  const dice = new Dice(seed);
  const isConfluent = dice.chance(0.6);
  const healAtMs = dice.between(3_000, 30_000);
  const programs: Program[] = [];
  const roots = Array.from({ length: dice.pick([10, 100, 200, 300]) }, (_, index) =>
    makeRoot({ dice, programs, isConfluent, healAtMs }, index),
  );
  const nodes = Array.from({ length: dice.count(1, 4) }, (_, index) => makeNode(dice, isConfluent, index));
  const isFaulty = !dice.chance(0.05);
  const faultCount = isFaulty ? dice.below(10) : 0;
  return {
    seed,
    store: dice.chance(0.1) ? "sqlite" : "memory",
    isConfluent,
    nodes,
    programs,
    roots,
    faults: Array.from({ length: faultCount }, () => makeFault(dice, nodes.length, healAtMs)),
    rates: isFaulty && dice.chance(0.8) ? makeRates(dice) : noFaults,
    healAtMs,
    latencyMs: dice.pick([2, 20, 50, 100]),
    isRemote: dice.chance(0.5),
  };
}

function makeRoot(
  making: {
    readonly dice: Dice;
    readonly programs: Program[];
    readonly isConfluent: boolean;
    readonly healAtMs: number;
  },
  index: number,
): Root {
  const { dice, programs, isConfluent, healAtMs } = making;
  const program = makeProgram(dice, programs, isConfluent);
  const startAtMs = dice.chance(0.5) ? 0 : dice.between(0, healAtMs * 0.8);
  const version = dice.pick([undefined, undefined, "1.0.0", "2.0.0"]);
  const { receives } = programs[program] as Program;
  const soon = () => dice.between(0, healAtMs);
  const acts: Act[] = receives.map((mailbox) => ({ kind: "send", atMs: soon(), mailbox, value: dice.below(1_000) }));
  if (dice.chance(0.2)) acts.push({ kind: "start again", atMs: soon() });
  if (!isConfluent) {
    for (let count = dice.below(4); count > 0; count -= 1) {
      acts.push({ kind: "send", atMs: soon(), mailbox: dice.pick(mailboxes), value: dice.below(1_000) });
      acts.push({ kind: "raise", atMs: soon(), name: dice.pick(eventNames), value: dice.below(1_000) });
    }
    if (dice.chance(0.15)) acts.push({ kind: "cancel", atMs: soon() });
    if (dice.chance(0.1)) acts.push({ kind: "terminate", atMs: soon() });
    if (dice.chance(0.05)) acts.push({ kind: "delete", atMs: soon() });
  }
  const isAwaited = index < 10;
  return {
    instanceId: `root-${index}`,
    program,
    startAtMs,
    isAwaited,
    acts,
    ...(version !== undefined && { version }),
  };
}

/** The first node can run everything, so that nothing is ever missing for good. */
function makeNode(dice: Dice, isConfluent: boolean, index: number): NodePlan {
  const versions = index === 0 || dice.chance(0.6) ? ["1.0.0", "2.0.0"] : ["1.0.0"];
  const hasBothQueues = index === 0 || dice.chance(0.5);
  const options: NodePlan["options"] = {
    leaseDuration: dice.pick([1_000, 3_000, 5_000, 15_000]),
    dehydrateAfter: dice.pick([0, 200, 2_000, 10_000, 10_000, 10_000]),
    fuseTurns: dice.chance(0.8),
    maxHydrated: dice.pick([1, 3, 10_000, 10_000, 10_000, 10_000]),
    concurrency: {
      orchestrations: dice.pick([3, 200, 200, 200, 200, 200]),
      activities: dice.pick([4, 100, 100, 100, 100, 100]),
    },
    queues: hasBothQueues ? { default: {}, elsewhere: {} } : { default: {} },
    // What a crash too many costs is right, and is not what would have come without it.
    ...(isConfluent && { missingVersionGrace: "10h", limits: { claimsWithoutCommit: 100_000 } }),
  };
  return { options, versions, rate: dice.chance(0.2) ? dice.between(0.8, 1.25) : dice.between(0.999, 1.001) };
}

function makeFault(dice: Dice, nodeCount: number, healAtMs: number): PlannedFault {
  const kind = dice.weighed({
    crash: 3,
    "crash at a call": 5,
    freeze: 3,
    "cut off": 2,
    stop: 1.5,
    "store down": 1,
    "clock forward": 0.7,
    "clock back": 0.7,
  });
  return {
    kind,
    atMs: dice.between(0, healAtMs),
    forMs: dice.chance(0.3) ? dice.between(5_000, 40_000) : dice.between(0, 3_000),
    node: dice.below(nodeCount),
    byMs: dice.chance(0.3) ? dice.between(60_000, 3_600_000) : dice.between(100, 30_000),
  };
}

function makeRates(dice: Dice): FaultRates {
  const rate = (most: number) => (dice.chance(0.5) ? dice.next() ** 2 * most : 0);
  return {
    failBefore: rate(0.15),
    failAfter: rate(0.15),
    silent: rate(0.01),
    duplicate: rate(0.2),
    slow: rate(0.03),
    lostHint: dice.chance(0.2) ? 1 : rate(0.9),
    spuriousHint: rate(0.05),
  };
}
