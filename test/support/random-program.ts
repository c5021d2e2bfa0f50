import fc from "fast-check";
import type { AwaitOptions, OrchestrationContext } from "../../src/definition/index.ts";
import type { ReceivedDraft } from "../../src/history/index.ts";
import type { ReplayEngine } from "../../src/replay/index.ts";
import {
  arrived,
  cancelled,
  childCompleted,
  childFailed,
  completed,
  engineFor,
  failed,
  fired,
  raised,
  started,
} from "./replay-harness.ts";

/** An orchestration as data: operations, and what native promises can make of them. */
export type Program =
  | { readonly op: "activity" | "child" | "event" | "receive"; readonly name: string; readonly isLimited: boolean }
  | { readonly op: "sleep"; readonly ms: number }
  | { readonly op: "status" | "state" | "patched" | "detached" | "error" }
  | { readonly op: "all" | "race" | "any" | "allSettled" | "sequence"; readonly of: readonly Program[] }
  /** So many hops of microtasks before and after. */
  | { readonly op: "chain"; readonly hops: number; readonly of: Program }
  | { readonly op: "caught" | "floating" | "abortedAfter"; readonly of: Program };

const name = fc.constantFrom("a", "b");
const leaf: fc.Arbitrary<Program> = fc.oneof(
  fc.record({ op: fc.constantFrom("activity", "child", "event", "receive"), name, isLimited: fc.boolean() }),
  fc.record({ op: fc.constant("sleep"), ms: fc.nat(5_000) }),
  fc.record({ op: fc.constantFrom("status", "state", "patched", "detached", "error") }),
);

export const program: fc.Arbitrary<Program> = fc.letrec<{ program: Program }>((tie) => {
  const part = tie("program");
  const combinator = fc.constantFrom("all", "race", "any", "allSettled", "sequence");
  return {
    program: fc.oneof(
      { depthSize: "medium", withCrossShrink: true },
      leaf,
      fc.record({ op: combinator, of: fc.array(part, { minLength: 1, maxLength: 4 }) }),
      fc.record({ op: fc.constant("chain"), hops: fc.nat(60), of: part }),
      fc.record({ op: fc.constantFrom("caught", "floating", "abortedAfter"), of: part }),
    ),
  };
}).program;

/** The program with its n-th part, counted in the order of reading, replaced by another. */
export function withPart(whole: Program, n: number, other: Program): Program {
  let left = n;
  const visit = (part: Program): Program => {
    if (left-- === 0) return other;
    if (!("of" in part)) return part;
    return isList(part) ? { ...part, of: part.of.map(visit) } : { ...part, of: visit(part.of) };
  };
  return visit(whole);
}

const isList = (part: Extract<Program, { of: unknown }>): part is Extract<Program, { of: readonly Program[] }> =>
  Array.isArray(part.of);

/** Runs the program; what it gives says in which order and with which results its parts ended. */
export async function interpret(ctx: OrchestrationContext, whole: Program): Promise<unknown> {
  const trace: string[] = [];
  const run = async (part: Program, signal?: AbortSignal): Promise<unknown> => {
    const options: AwaitOptions = {
      ...(signal && { signal }),
      ...("isLimited" in part && part.isLimited && { timeout: "2s" }),
    };
    switch (part.op) {
      case "activity":
        return await ctx.activity(part.name, null, options);
      case "child":
        return await ctx.subOrchestration(part.name, null, options);
      case "event":
        return await ctx.waitForEvent(part.name, options);
      case "receive":
        return await ctx.receive(part.name, options);
      case "sleep":
        return await ctx.sleep(part.ms, signal && { signal });
      case "status":
        return ctx.setCustomStatus(trace);
      case "state":
        ctx.state.set(`key-${trace.length % 3}`, trace);
        return ctx.state.list();
      case "patched":
        return ctx.patched(`patch-${trace.length % 3}`);
      case "error":
        return ctx.setCustomStatus(new Error("an error, with a stack"));
      case "detached":
        return await ctx.startOrchestration("other", ctx.random());
      case "all":
        return await Promise.all(part.of.map((each) => traced(each, signal)));
      case "race":
        return await Promise.race(part.of.map((each) => traced(each, signal)));
      case "any":
        return await Promise.any(part.of.map((each) => traced(each, signal)));
      case "allSettled":
        return (await Promise.allSettled(part.of.map((each) => traced(each, signal)))).map(({ status }) => status);
      case "sequence": {
        const results = [];
        for (const each of part.of) results.push(await traced(each, signal));
        return results;
      }
      case "chain": {
        await hop(part.hops);
        const result = await traced(part.of, signal);
        await hop(part.hops);
        return result;
      }
      case "caught":
        return await traced(part.of, signal).catch((error: Error) => `caught ${error.name}`);
      case "floating":
        void traced(part.of, signal).catch(() => undefined);
        return "left alone";
      case "abortedAfter": {
        const controller = new AbortController();
        const aborted = traced(part.of, controller.signal).catch((error: Error) => error.name);
        await ctx.activity("meanwhile");
        controller.abort();
        return await aborted;
      }
    }
  };
  const traced = async (part: Program, signal?: AbortSignal): Promise<unknown> => {
    try {
      const result = await run(part, signal);
      trace.push(`${part.op} gave ${JSON.stringify(result)}`);
      return result;
    } catch (error) {
      trace.push(`${part.op} threw ${(error as Error).message}`);
      throw error;
    }
  };
  const result = await traced(whole).catch((error: Error) => `failed: ${error.message}`);
  return { result, trace, now: ctx.now(), random: ctx.random() };
}

/** Messages that fit what the program has open when they come, and sometimes do not. */
export async function chosenMessages(whole: Program, choices: readonly number[], at: number): Promise<ReceivedDraft[]> {
  const engine = engineFor((ctx) => interpret(ctx, whole));
  const messages: ReceivedDraft[] = [started()];
  await engine.turn(messages, at);
  for (const choice of choices) {
    // Now and then one comes twice.
    const message = choice % 13 === 0 ? (messages.at(-1) as ReceivedDraft) : nextMessage(engine, choice);
    messages.push(message);
    await engine.turn([message], at);
  }
  return messages;
}

async function hop(hops: number): Promise<void> {
  for (let done = 0; done < hops; done += 1) await Promise.resolve();
}

/**
 * What may come next from outside, chosen by a number: the end of something open, or something that nobody asked for.
 * Some of it is late, or a duplicate, or for nobody.
 */
function nextMessage(engine: ReplayEngine, choice: number): ReceivedDraft {
  const open = engine.openOperations();
  const operation = open[choice % open.length];
  const variant = Math.floor(choice / 64) % 8;
  if (variant === 0) return arrived(choice % 2 === 0 ? "a" : "b", choice);
  if (variant === 1) return raised(choice % 2 === 0 ? "a" : "b", choice);
  if (variant === 2 && choice % 16 === 0) return cancelled("enough");
  if (operation === undefined) return arrived("a", choice);
  const { eventId, kind, dueAt } = operation;
  if (kind === "TimerCreated" || (dueAt !== undefined && variant === 3)) return fired(eventId);
  const isBad = variant === 4;
  switch (kind) {
    case "ActivityScheduled":
      return isBad ? failed(eventId, `broken ${choice}`) : completed(eventId, choice);
    case "SubOrchestrationScheduled":
      return isBad
        ? childFailed(eventId, { name: "TypeError", message: `child ${choice}` })
        : childCompleted(eventId, choice);
    case "EventWaitOpened":
      return raised((engine.log.lastEventId + choice) % 3 === 0 ? "b" : "a", choice);
    case "ReceiveOpened":
      return arrived((engine.log.lastEventId + choice) % 3 === 0 ? "b" : "a", choice);
  }
}
