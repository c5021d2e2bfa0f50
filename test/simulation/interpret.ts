import type { AwaitOptions, OrchestrationContext } from "../../src/definition/index.ts";
import { hash } from "./dice.ts";
import type { Expression, Program } from "./program.ts";

/** What an instance gets: a place in the world's list of programs, and what its earlier executions have come to. */
export interface ProgramInput {
  readonly program: number;
  readonly execution: number;
  readonly sum: number;
  /** Of the messages received; adding them up does not depend on their order. */
  readonly bag: number;
  /** The version that was asked for, if one was. */
  readonly version?: string;
}

export interface ProgramResult {
  readonly sum: number;
  readonly bag: number;
}

export const wokenTooEarly = "Woken too early.";

export const mix = (a: number, b: number): number => hash(String(b), a);

/** Runs one execution of a program as an orchestration. */
export async function interpret(
  ctx: OrchestrationContext,
  programs: readonly Program[],
  input: ProgramInput,
): Promise<ProgramResult> {
  const { executions, changesVersion } = programs[input.program] as Program;
  let { bag } = input;
  const carried = ctx.state.list().map((key) => ctx.state.get<number>(key) ?? 0);
  const start = carried.reduce(mix, input.version === undefined ? input.sum : mix(input.sum, hash(ctx.version)));
  const sum = mix(start, await run(executions[input.execution] as Expression));
  if (input.execution + 1 === executions.length) return { sum, bag };
  const next: ProgramInput = { program: input.program, execution: input.execution + 1, sum, bag };
  const version = ctx.version === "1.0.0" ? "2.0.0" : "1.0.0";
  return await ctx.continueAsNew(next, changesVersion ? { version } : {});

  async function run(part: Expression, signal?: AbortSignal): Promise<number> {
    const options: AwaitOptions = {
      ...(signal && { signal }),
      ...("limitMs" in part && part.limitMs !== undefined && { timeout: part.limitMs }),
    };
    switch (part.op) {
      case "activity": {
        const call = { ...options, ...(part.mode === "elsewhere" && { queue: "elsewhere" }) };
        return await ctx.activity<number>(part.mode, part.n, call);
      }
      case "sleep": {
        const before = ctx.now();
        await ctx.sleep(part.ms, signal && { signal });
        if (ctx.now() < before + part.ms) throw new Error(wokenTooEarly);
        return 1;
      }
      case "child": {
        const { program, ends, version: pinned } = part;
        const childInput = startOf(program, pinned);
        const call = {
          ...options,
          ...(ends && { onParentEnd: ends }),
          ...(pinned !== undefined && { version: pinned }),
        };
        const result = await ctx.subOrchestration<ProgramResult>("program", childInput, call);
        return mix(result.sum, result.bag);
      }
      case "detached":
        return (await ctx.startOrchestration("program", startOf(part.program))).length > 0 ? 2 : 0;
      case "receive": {
        const { value } = await ctx.receive<{ readonly value: number }>(part.mailbox, options);
        bag = (bag + value) | 0;
        return 3;
      }
      case "event":
        return await ctx.waitForEvent<number>(part.name, options);
      case "state":
        if (forgets(input.execution)) ctx.state.delete(part.key);
        ctx.state.set(part.key, mix(ctx.state.get<number>(part.key) ?? 0, input.execution));
        return ctx.state.get<number>(part.key) ?? 0;
      case "status":
        ctx.setCustomStatus({ execution: input.execution });
        return 4;
      case "random":
        return hash(`${ctx.random()} ${ctx.uuid()} ${ctx.now()}`);
      case "patched":
        return ctx.patched(`patch-${input.execution}`) ? 5 : 6;
      case "hops": {
        for (let done = 0; done < part.hops; done += 1) await Promise.resolve();
        return await run(part.of, signal);
      }
      case "caught":
        return await run(part.of, signal).catch(() => 7);
      case "floating":
        void run(part.of, signal).catch(() => undefined);
        return 8;
      case "abortedAfter": {
        const controller = new AbortController();
        const aborted = run(part.of, controller.signal).catch(() => 9);
        await ctx.activity("plain", 10);
        controller.abort();
        return await aborted;
      }
      case "sequence": {
        let value = 0;
        for (const each of part.of) value = mix(value, await run(each, signal));
        return value;
      }
      case "all":
        return (await Promise.all(part.of.map((each) => run(each, signal)))).reduce(mix, 11);
      case "allSettled": {
        const settled = await Promise.allSettled(part.of.map((each) => run(each, signal)));
        return settled.map((end) => (end.status === "fulfilled" ? end.value : 12)).reduce(mix, 13);
      }
      case "race":
        return await Promise.race(part.of.map((each) => run(each, signal)));
      case "any":
        return await Promise.any(part.of.map((each) => run(each, signal)));
    }
  }
}

/** Whether what was kept under a key is given up before something new is. */
export const forgets = (execution: number): boolean => execution % 3 === 2;

export const startOf = (program: number, version?: string): ProgramInput => ({
  program,
  execution: 0,
  sum: 0,
  bag: 0,
  ...(version !== undefined && { version }),
});

/** What an activity gives for its input, wherever and however often it is run. */
export const activityResult = (mode: string, n: number): number => hash(mode, n);
