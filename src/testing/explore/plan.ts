import { type ActivityContext, type AnyActivity, type AnyOrchestration, activity } from "../../definition/index.ts";
import type { EventDefinition, Mailbox, Orchestration } from "../../definition/index.ts";
import { InvalidArgumentError } from "../../errors/index.ts";
import { type Message, encodeMessage } from "../../history/index.ts";
import { processHost } from "../../host/index.ts";
import type { NewInstance, StoredText } from "../../providers/contract.ts";
import { clientLimits } from "../../client/client-context.ts";
import { inboundData } from "../../client/inbound-data.ts";
import { newStart } from "../../client/new-start.ts";
import { checkObject, type Duration, parseDuration, wholeNumber } from "../../values/index.ts";
import { inputText } from "./value-text.ts";

/** Activities by name, as far as an exploration needs them: what they give for an input, or throw. */
export interface ActivityStubs {
  readonly [name: string]: (input: never, ctx: ActivityContext) => unknown;
}

/** The world of one schedule: made anew for every one, so that what activities do in one is not seen in the next. */
export interface ExploredSetup {
  readonly activities?: ActivityStubs | readonly AnyActivity[];
  /** What the activities have done to the world, once it is over: any value that can be compared. */
  readonly observe?: () => unknown;
}

/** What is explored, from which start, and how much of it. */
export interface ExploreOptions<I> extends ExploredSetup {
  readonly input?: I;
  /** The definitions of children, if it has any. */
  readonly orchestrations?: readonly AnyOrchestration[];
  /** Instead of `activities` and `observe`, if activities share something that has to be new for every schedule. */
  readonly setup?: () => ExploredSetup;
  /** Sent to the instance, at any moment; to one mailbox in this order. */
  readonly messages?: readonly { readonly mailbox: Mailbox<unknown> | string; readonly data?: unknown }[];
  /** Raised for the instance, at any moment; one after the other if they have one name. */
  readonly events?: readonly { readonly event: EventDefinition<unknown> | string; readonly data?: unknown }[];
  /** The instance is asked to cancel, at any moment: true, or the reason. */
  readonly cancel?: boolean | string;
  /** Schedules, without the crashes. Beyond that a part of them is chosen at random, by `seed`. Default 1,000. */
  readonly maxSchedules?: number;
  /** Of one schedule; it is cut off there. Default 500. */
  readonly maxSteps?: number;
  /** Crashes tried in all, those of the simplest schedules first. Default: as `maxSchedules`. */
  readonly maxCrashes?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Real time in which an activity may run, until the exploration is taken for one that cannot go on. Default `"4s"`. */
  readonly patience?: Duration;
}

/** Something that comes to the instance from outside, behind whatever else comes through the same channel. */
export interface Inbound {
  readonly channel: string;
  readonly what: string;
  readonly message: StoredText;
}

/** What is explored, checked and encoded once. */
export interface Plan {
  readonly orchestrations: readonly AnyOrchestration[];
  readonly start: NewInstance;
  readonly inbound: readonly Inbound[];
  readonly setup: () => { readonly activities: readonly AnyActivity[]; readonly observe: (() => unknown) | undefined };
  readonly maxSchedules: number;
  readonly maxSteps: number;
  readonly maxCrashes: number;
  readonly seed: number;
  readonly patienceMs: number;
}

const limits = clientLimits({ payloadBytes: 64 * 1024 * 1024 });

/** Throws `InvalidArgumentError` for what is not as described. */
export function explorationPlan<I>(root: Orchestration<I, unknown>, options: ExploreOptions<I>): Plan {
  checkObject(options, "explore options");
  const { input, orchestrations = [], setup, messages = [], events = [], cancel = false } = options;
  const maxSchedules = wholeNumber(options.maxSchedules ?? 1_000, "maxSchedules");
  return {
    orchestrations: [root, ...orchestrations.filter((definition) => definition !== root)],
    start: newStart({
      host: processHost,
      orchestration: root,
      input,
      instanceId: root.name,
      version: undefined,
      limits,
      path: "input",
    }),
    inbound: [
      ...messages.map(({ mailbox, data }) => inbound("mailbox", mailbox, data)),
      ...events.map(({ event, data }) => inbound("event", event, data)),
      ...(cancel === false ? [] : [cancellation(cancel)]),
    ],
    setup: () => {
      const { activities = [], observe } = setup?.() ?? options;
      return { activities: definitionsOf(activities), observe };
    },
    maxSchedules,
    maxSteps: wholeNumber(options.maxSteps ?? 500, "maxSteps"),
    maxCrashes: wholeNumber(options.maxCrashes ?? maxSchedules, "maxCrashes"),
    seed: options.seed ?? 1,
    patienceMs: parseDuration(options.patience ?? "4s", "patience"),
  };
}

function definitionsOf(activities: ActivityStubs | readonly AnyActivity[]): readonly AnyActivity[] {
  if (Array.isArray(activities)) return activities as readonly AnyActivity[];
  checkObject(activities, "activities");
  return Object.entries(activities as ActivityStubs).map(([name, run]) => {
    if (typeof run !== "function") throw new InvalidArgumentError(`activities["${name}"] is not a function.`);
    return activity(name, async (ctx, input: never) => run(input, ctx));
  });
}

function inbound(
  kind: "mailbox" | "event",
  target: Mailbox<unknown> | EventDefinition<unknown> | string,
  value: unknown,
): Inbound {
  const { name, data } = inboundData(kind, target, { value, limits });
  const message: Message =
    kind === "mailbox" ? { kind: "MessageArrived", mailbox: name, ...data } : { kind: "EventRaised", name, ...data };
  const what = kind === "mailbox" ? `a message arrives in mailbox "${name}"` : `event "${name}" is raised`;
  return {
    channel: `${kind} ${name}`,
    what: `${what}${inputText(data.payload, ": ")}`,
    message: encodeMessage(message),
  };
}

function cancellation(reason: boolean | string): Inbound {
  const message = encodeMessage({ kind: "CancelRequested", ...(typeof reason === "string" && { reason }) });
  return { channel: "cancel", what: "the instance is asked to cancel", message };
}
