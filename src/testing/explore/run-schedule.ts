import type { AnyOrchestration } from "../../definition/index.ts";
import { type Failure, isFailure } from "../../errors/index.ts";
import { decodeHistory } from "../../history/index.ts";
import type { EventRow, InstanceStatus } from "../../providers/contract.ts";
import { describeEvent } from "../../replay/index.ts";
import { replay } from "../../runtime/hydrate.ts";
import { decodeValue } from "../../values/index.ts";
import type { ExploredInstance } from "./explored-instance.ts";
import { ExploredWorld, type Repeated } from "./explored-world.ts";
import type { Plan } from "./plan.ts";
import { rerun } from "./rerun.ts";

/** What a schedule came to. */
export interface ExploredOutcome {
  /** `waiting`: for something that never comes. `cutOff`: it was not over after `maxSteps`. */
  readonly status: Exclude<InstanceStatus, "pending" | "running"> | "waiting" | "cutOff";
  /** What the function returned, if it completed. */
  readonly value?: unknown;
  /** What ended it otherwise. */
  readonly error?: Pick<Failure, "name" | "message" | "code">;
  /** What it, and its children, wait for. */
  readonly waitingFor?: readonly string[];
  /** What `observe` gave in the end. */
  readonly observed?: unknown;
}

/** Which of the possible steps was taken each time, and what went wrong with one of them, if anything did. */
interface Schedule {
  readonly choices: readonly number[];
  /** The node died before the commit of this step. */
  readonly crashAt?: number;
  /** What this step gave up had been executed. */
  readonly lateAt?: number;
}

export interface ScheduleRun extends Schedule {
  /** How many steps there were to choose from each time. */
  readonly branching: readonly number[];
  /** What happened, in words, and what came of it. */
  readonly steps: readonly string[];
  /** The same without what came of it. */
  readonly choiceTexts: readonly string[];
  readonly outcome: ExploredOutcome;
  readonly repeated: readonly Repeated[];
  readonly givenUp: readonly string[];
  /** Steps that gave up activities. */
  readonly givesUpAt: readonly number[];
  readonly dropped: readonly string[];
  /** What the code does differently when it is run once more over what it received. */
  readonly nondeterminism: string | undefined;
  /** It came to a state that was seen before, and was left there. */
  readonly isKnown: boolean;
}

export interface ScheduleRequest extends Schedule {
  /** Beyond the given choices: which of so many steps is taken. */
  readonly choose: (steps: number) => number;
  /** States that were seen before: a schedule that comes to one is left. */
  readonly seen?: Set<string>;
}

/** Leads a new world through one schedule, as far as there is anything left to happen. */
export async function runSchedule(plan: Plan, request: ScheduleRequest): Promise<ScheduleRun> {
  const world = new ExploredWorld(plan);
  const choices: number[] = [];
  const branching: number[] = [];
  const taken: string[] = [];
  const choiceTexts: string[] = [];
  const givesUpAt: number[] = [];
  let isKnown = false;
  while (choices.length < plan.maxSteps && !isKnown) {
    const steps = world.steps();
    if (steps.length === 0) break;
    const index = choices.length;
    const choice = Math.min(request.choices[index] ?? request.choose(steps.length), steps.length - 1);
    const step = steps[choice] as (typeof steps)[number];
    choices.push(choice);
    branching.push(steps.length);
    const what = world.describe(step);
    const faults = { crashes: request.crashAt === index, executesGivenUp: request.lateAt === index };
    choiceTexts.push(what);
    taken.push(`${what}${await world.take(step, faults)}`);
    if (world.hasGivenUp) givesUpAt.push(index);
    isKnown = index >= request.choices.length - 1 && isSeen(world, request.seen);
  }
  const isFaulty = request.crashAt !== undefined || request.lateAt !== undefined;
  const outcome = await outcomeOf(world, choices.length >= plan.maxSteps);
  return {
    choices,
    branching,
    ...(request.crashAt !== undefined && { crashAt: request.crashAt }),
    ...(request.lateAt !== undefined && { lateAt: request.lateAt }),
    steps: taken,
    choiceTexts,
    outcome,
    repeated: world.repeated,
    givenUp: [...world.givenUp],
    givesUpAt,
    dropped: world.dropped,
    nondeterminism: isKnown || isFaulty ? undefined : await rerun(world),
    isKnown,
  };
}

function isSeen(world: ExploredWorld, seen: Set<string> | undefined): boolean {
  if (seen === undefined) return false;
  const fingerprint = world.fingerprint();
  if (seen.has(fingerprint)) return true;
  seen.add(fingerprint);
  return false;
}

async function outcomeOf(world: ExploredWorld, isFull: boolean): Promise<ExploredOutcome> {
  const { root, observe } = world;
  const observed = observe && { observed: structuredClone(observe()) };
  const { status } = root;
  if (status === "pending" || status === "running") {
    if (isFull) return { status: "cutOff", ...observed };
    const waits = await Promise.all([...world.instances.values()].map((instance) => waitsOf(world, instance)));
    return { status: "waiting", waitingFor: waits.flat(), ...observed };
  }
  const end = root.history.at(-1) as EventRow;
  const payload = end.payload ?? "null";
  if (status === "completed") return { status, value: decodeValue(payload), ...observed };
  const failure: unknown = JSON.parse(payload);
  if (!isFailure(failure)) throw new Error("The history ends with what is no failure.");
  const { name, message, code } = failure;
  return { status, error: { name, message, ...(code !== undefined && { code }) }, ...observed };
}

async function waitsOf({ node }: ExploredWorld, instance: ExploredInstance): Promise<string[]> {
  const { hasEnded, live, history, name } = instance;
  const events = decodeHistory(history);
  const [started] = events;
  if (hasEnded || started?.kind !== "OrchestrationStarted") return [];
  const definition = node.orchestrationRegistry.resolve(name, started.version) as AnyOrchestration;
  // After a crash, it is led through its history when the next message comes for it, and here there was none.
  const engine = live.engine ?? (await replay(node, live, definition, events)).engine;
  return engine.openOperations().flatMap(({ eventId }) => {
    const event = events[eventId - 1];
    return event === undefined ? [] : [`${name}: ${describeEvent(event)}`];
  });
}
