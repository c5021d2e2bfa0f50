import { type ActivityContext, type AnyActivity, activity } from "../../definition/index.ts";
import { InvalidArgumentError, TimeoutError } from "../../errors/index.ts";
import { type Duration, parseDuration } from "../../values/index.ts";
import type { CallPolicies } from "./call-policies.ts";
import type { VirtualDelays } from "./virtual-delays.ts";

/** How a stub behaves besides giving its result. */
export interface StubOptions {
  /** So many calls fail before the first one succeeds; or the errors with which they do. */
  readonly failures?: number | readonly Error[];
  /** How long a call takes, in virtual time. */
  readonly delay?: Duration;
}

/** One execution of an activity, stubbed or not. */
export interface ActivityExecution<I = unknown> {
  readonly input: I;
  readonly instanceId: string;
  /** 1 for the first delivery. */
  readonly attempt: number;
  readonly idempotencyKey: string;
  /** In virtual time. */
  readonly at: Date;
}

type AnyRun = (input: never, ctx: ActivityContext) => unknown;

interface Stub {
  readonly run: AnyRun;
  readonly failures: Error[];
  readonly delayMs: number;
}

/**
 * The activities of a test environment: definitions whose functions are looked up, delayed and counted at each call.
 */
export class StubbedActivities {
  /** Executions that have begun and not ended, in words. */
  readonly #running = new Set<{ readonly text: string }>();
  readonly #definitions = new Map<string, AnyActivity>();
  readonly #stubs = new Map<string, Stub>();
  readonly #executions = new Map<string, ActivityExecution[]>();
  readonly #delays: VirtualDelays;
  readonly #policies: CallPolicies;
  readonly #onMove: () => void;
  #isFixed = false;

  /** `onMove` is called whenever an execution ends. */
  constructor(
    definitions: readonly AnyActivity[],
    {
      delays,
      policies,
      onMove,
    }: { readonly delays: VirtualDelays; readonly policies: CallPolicies; readonly onMove: () => void },
  ) {
    for (const definition of definitions) this.#definitions.set(definition.name, definition);
    this.#delays = delays;
    this.#policies = policies;
    this.#onMove = onMove;
  }

  stub(target: AnyActivity | string, run: AnyRun, { failures = [], delay = 0 }: StubOptions): void {
    const name = typeof target === "string" ? target : target.name;
    if (typeof run !== "function") throw new InvalidArgumentError(`The stub of activity "${name}" is not a function.`);
    if (!this.#definitions.has(name)) {
      if (this.#isFixed) {
        throw new InvalidArgumentError(
          `Activity "${name}" is stubbed after the first start. Stub it before, or give its definition in \`activities\`.`,
        );
      }
      this.#definitions.set(name, typeof target === "string" ? activity(name, () => undefined) : target);
    }
    const errors = typeof failures === "number" ? Array.from({ length: failures }, () => stubError(name)) : failures;
    this.#stubs.set(name, { run, failures: [...errors], delayMs: parseDuration(delay, `delay of activity "${name}"`) });
  }

  /** Executions that have begun and not ended. */
  get running(): number {
    return this.#running.size;
  }

  describeRunning(): string {
    return [...this.#running].map(({ text }) => `  ${text}`).join("\n");
  }

  executions(name: string): readonly ActivityExecution[] {
    if (!this.#definitions.has(name)) {
      const known = [...this.#definitions.keys()].map((other) => `"${other}"`).join(", ");
      throw new InvalidArgumentError(
        `There is no activity "${name}" here, so that it was not executed proves nothing. There is ${known || "none"}. ` +
          "Stub it, or give its definition in `activities`.",
      );
    }
    return this.#executions.get(name) ?? [];
  }

  /** For the runtime, which has to know all of them from its start. */
  definitions(): readonly AnyActivity[] {
    this.#isFixed = true;
    return [...this.#definitions.values()].map((definition) => ({
      ...definition,
      run: (ctx: ActivityContext, input: never, transaction: never) =>
        this.#execute(definition, ctx, { input, transaction }),
    }));
  }

  async #execute(
    definition: AnyActivity,
    ctx: ActivityContext,
    { input, transaction }: { readonly input: never; readonly transaction: never },
  ): Promise<unknown> {
    const { name } = definition;
    const { instanceId, attempt, idempotencyKey } = ctx;
    const at = new Date(this.#delays.now());
    const known = this.#executions.get(name) ?? [];
    this.#executions.set(name, [...known, { input, instanceId, attempt, idempotencyKey, at }]);
    const execution = { text: `"${instanceId}": activity "${name}" runs, attempt ${attempt}` };
    this.#running.add(execution);
    try {
      const stub = this.#stubs.get(name);
      if (stub === undefined) return await definition.run(ctx, input, transaction);
      await this.#delay(definition, stub.delayMs, ctx);
      const failure = stub.failures.shift();
      if (failure !== undefined) throw failure;
      return await stub.run(input, ctx);
    } finally {
      this.#running.delete(execution);
      this.#onMove();
    }
  }

  async #delay(definition: AnyActivity, delayMs: number, { activityId, signal }: ActivityContext): Promise<void> {
    if (delayMs === 0) return;
    const { name } = definition;
    const policy = this.#policies.of(activityId, definition);
    const { startToCloseMs = Infinity, heartbeatTimeoutMs = Infinity, scheduleToCloseMs } = policy;
    if (scheduleToCloseMs !== undefined) this.#delays.stopAt(this.#delays.now() + scheduleToCloseMs);
    await this.#delays.pass(Math.min(delayMs, startToCloseMs, heartbeatTimeoutMs), signal);
    // The runtime measures an attempt by the machine's time, of which none has passed.
    if (delayMs > heartbeatTimeoutMs && heartbeatTimeoutMs <= startToCloseMs) {
      throw new TimeoutError(`activity "${name}" had no heartbeat for ${heartbeatTimeoutMs} ms.`);
    }
    if (delayMs > startToCloseMs) throw new TimeoutError(`activity "${name}" took longer than ${startToCloseMs} ms.`);
  }
}

const stubError = (name: string) => new Error(`The stub of activity "${name}" fails, as it was told to.`);
