import { Client, type InstanceHandle, type StartOptions } from "../../client/index.ts";
import type {
  Activity as Definition,
  ActivityContext,
  AnyActivity,
  AnyOrchestration,
  InputAndOptions,
  Orchestration,
} from "../../definition/index.ts";
import { ClosedError, InvalidArgumentError } from "../../errors/index.ts";
import { type Host, processHost } from "../../host/index.ts";
import { SqliteProvider } from "../../providers/sqlite/index.ts";
import type { Provider } from "../../providers/contract.ts";
import { Runtime, type RuntimeOptions } from "../../runtime/index.ts";
import type { HostedRuntimeOptions } from "../../runtime/options.ts";
import { checkObject, type Duration, parseDuration } from "../../values/index.ts";
import { type VirtualClock, virtualClock } from "../virtual-clock.ts";
import { CallPolicies } from "./call-policies.ts";
import { nextMoment } from "./next-moment.ts";
import { type Activity, describeWaits, openWaits, stillness } from "./stillness.ts";
import { type ActivityExecution, StubbedActivities, type StubOptions } from "./stubbed-activities.ts";
import { StuckTestError } from "./stuck-test-error.ts";
import { VirtualDelays } from "./virtual-delays.ts";

/** What runs in a `TestEnvironment`, and from when on. */
export interface TestEnvironmentOptions {
  /** All that are run, children included. */
  readonly orchestrations: readonly AnyOrchestration[];
  /** Those that are run as they are, unless they are stubbed. */
  readonly activities?: readonly AnyActivity[];
  /** When virtual time begins. Default 2026-01-01T00:00:00Z. */
  readonly startAt?: Date | number;
  /** Moments at which something is due, until `result` takes an instance for one that never ends. Default 10,000. */
  readonly maxMoments?: number;
  /** What stands before the store, such as `(provider) => withCodec(provider, codec)`. */
  readonly wrapProvider?: (provider: Provider) => Provider;
  /**
   * Real time in which an activity may run while nothing else happens, until the test is taken for one that cannot go
   * on. Default `"4s"`.
   */
  readonly patience?: Duration;
  /** Of the one node that there is, such as `dehydrateAfter: 0`, with which every turn is a replay from the start. */
  readonly runtime?: Omit<RuntimeOptions, "provider" | "orchestrations" | "activities">;
}

type StubFunction<I, O> = (input: I, ctx: ActivityContext) => O | PromiseLike<O>;

/**
 * A store in memory, one node, and a time that only the test moves. What is ready is run at once; what is due later
 * comes when the test waits for a result, or calls `advance`. Retries come after their whole intervals, without jitter, so
 * that every run of a test sees the same times.
 *
 *     await using env = await TestEnvironment.open({ orchestrations: [checkout] });
 *     env.stub(charge, async (order) => ({ id: `r-${order.id}` }), { failures: 2, delay: "5m" });
 *     const handle = await env.start(checkout, order);
 *     assert.equal(await handle.result(), "r-42");
 *
 * Leaves nothing open once it is closed, and needs no fake timers of a test runner.
 */
export class TestEnvironment implements AsyncDisposable {
  /** An ordinary client: whatever it does is done without moving the time. */
  readonly client: Client;
  readonly provider: Provider;
  readonly #clock: VirtualClock;
  readonly #delays: VirtualDelays;
  readonly #policies = new CallPolicies();
  readonly #activities: StubbedActivities;
  readonly #options: TestEnvironmentOptions;
  readonly #patienceMs: number;
  #runtime: Promise<Runtime> | undefined;
  #whenMoved: (() => void)[] = [];
  /** One at a time moves the time. */
  #mover: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  private constructor(options: TestEnvironmentOptions, clock: VirtualClock, provider: Provider) {
    this.#options = options;
    this.#patienceMs = parseDuration(options.patience ?? "4s", "patience");
    this.#clock = clock;
    this.provider = provider;
    this.client = new Client(provider);
    this.#delays = new VirtualDelays(clock, () => this.#moved());
    this.#activities = new StubbedActivities(options.activities ?? [], {
      delays: this.#delays,
      policies: this.#policies,
      onMove: () => this.#moved(),
    });
  }

  /** Opens a store in memory, with virtual time. Its node starts with the first `start`. */
  static async open(options: TestEnvironmentOptions): Promise<TestEnvironment> {
    checkObject(options, "TestEnvironment options");
    if (!Array.isArray(options.orchestrations)) {
      throw new InvalidArgumentError("TestEnvironment.open needs `orchestrations`, as a list.");
    }
    const clock = virtualClock({ startAt: options.startAt ?? Date.UTC(2026, 0, 1) });
    const store = await SqliteProvider.open(":memory:", { clock });
    return new TestEnvironment(options, clock, options.wrapProvider?.(store) ?? store);
  }

  /** The time that it is in the environment. */
  now(): Date {
    return new Date(this.#clock.now());
  }

  /**
   * From now on the activity is this function, with the options of its definition. One that was not given to `open` has
   * to be stubbed before the first start.
   */
  stub<I, O>(activity: Definition<I, O>, run: StubFunction<I, O>, options?: StubOptions): void;
  stub(activity: string, run: StubFunction<never, unknown>, options?: StubOptions): void;
  stub(activity: AnyActivity | string, run: StubFunction<never, unknown>, options: StubOptions = {}): void {
    this.#activities.stub(activity, run, options);
  }

  /**
   * All executions of an activity so far, oldest first; retries are executions of their own. Throws
   * `InvalidArgumentError` for an activity that is neither given nor stubbed.
   */
  executions<I>(activity: Definition<I, unknown>): readonly ActivityExecution<I>[];
  executions(activity: string): readonly ActivityExecution[];
  executions(activity: AnyActivity | string): readonly ActivityExecution[] {
    return this.#activities.executions(typeof activity === "string" ? activity : activity.name);
  }

  /** As `client.start`; the `result` of the handle moves the time as far as it takes. */
  start<I, O>(
    orchestration: Orchestration<I, O>,
    ...rest: InputAndOptions<I, StartOptions>
  ): Promise<InstanceHandle<O>>;
  start<O = unknown>(name: string, input?: unknown, options?: StartOptions): Promise<InstanceHandle<O>>;
  async start(
    orchestration: Orchestration<never, unknown> | string,
    input?: unknown,
    options?: StartOptions,
  ): Promise<InstanceHandle<unknown>> {
    await this.#started();
    const handle = await this.client.start(orchestration as string, input, options);
    return { ...handle, result: () => this.result(handle) };
  }

  /**
   * What an instance comes to: time passes from one thing that is due to the next, until it has ended. Rejects with
   * what ended it otherwise; and with `StuckTestError`, which says what it waits for, when nothing is due any more.
   */
  async result<O = unknown>(target: InstanceHandle<O> | string): Promise<O> {
    const instanceId = typeof target === "string" ? target : target.instanceId;
    const { maxMoments = 10_000 } = this.#options;
    for (let moments = 1; ; moments++) {
      const isMoved = await this.#move(Infinity, async () => {
        const { status } = await this.client.getStatus(instanceId);
        return status === "pending" || status === "running";
      });
      if (isMoved === "unwanted") return this.client.getHandle<O>(instanceId).result() as Promise<O>;
      if (!isMoved) throw await this.#stuck(`"${instanceId}" has not ended, and nothing is due:`);
      if (moments >= maxMoments) {
        await this.settle();
        throw await this.#stuck(
          `"${instanceId}" has not ended by ${this.now().toISOString()}, after ${moments} moments:`,
        );
      }
    }
  }

  /** Runs what is ready, without moving the time. */
  async settle(): Promise<void> {
    await this.#move(-Infinity);
  }

  /** Moves the time so far, through everything that comes due on the way. */
  async advance(by: Duration): Promise<void> {
    const target = this.#clock.now() + parseDuration(by, "advance");
    while (await this.#move(target)) continue;
    this.#advanceTo(target);
    await this.settle();
  }

  /** Stops the node and closes the store. May be called again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    // One that did not start has nothing to stop, and whoever started it knows why.
    const runtime = await this.#runtime?.catch(() => undefined);
    await runtime?.stop({ timeout: 0 });
    await this.provider.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** To the next moment at which something is due, unless that is later than `until`, or it is not wanted any more. */
  #move(until: number, isWanted: () => Promise<boolean> = () => Promise.resolve(true)): Promise<boolean | "unwanted"> {
    const moved = this.#mover.then(() => this.#moveNow(until, isWanted));
    this.#mover = moved.catch(() => undefined);
    return moved;
  }

  async #moveNow(until: number, isWanted: () => Promise<boolean>): Promise<boolean | "unwanted"> {
    await this.#started();
    const load = await stillness(this.provider, () => this.#activity());
    if (!(await isWanted())) return "unwanted";
    const next = Math.min(this.#delays.nextAt, await nextMoment(this.provider, load));
    if (next > until || next === Infinity) return false;
    this.#advanceTo(next);
    return true;
  }

  #advanceTo(at: number): void {
    if (at > this.#clock.now()) this.#clock.advanceTo(at);
    this.#delays.endDue();
  }

  #started(): Promise<Runtime> {
    if (this.#isClosed) throw new ClosedError("The test environment is closed.");
    return (this.#runtime ??= this.#start());
  }

  #start(): Promise<Runtime> {
    const options: HostedRuntimeOptions = {
      queues: queuesOf(this.#activities.definitions()),
      ...this.#options.runtime,
      provider: this.#policies.noticing(this.provider),
      orchestrations: this.#options.orchestrations,
      activities: this.#activities.definitions(),
      host: hostWithoutChance,
    };
    return Runtime.start(options);
  }

  #activity(): Activity {
    const moved = () => new Promise<void>((resolve) => this.#whenMoved.push(resolve));
    return {
      running: this.#activities.running,
      delayed: this.#delays.count,
      patienceMs: this.#patienceMs,
      describeRunning: () => this.#activities.describeRunning(),
      moved,
    };
  }

  #moved(): void {
    for (const resolve of this.#whenMoved.splice(0)) resolve();
  }

  async #stuck(what: string): Promise<StuckTestError> {
    const waits = await openWaits(this.provider);
    return new StuckTestError(`${what}\n${describeWaits(waits)}`);
  }
}

// Or the jitter of retries would have every run of a test see other times.
const hostWithoutChance: Host = { ...processHost, random: () => 0 };

function queuesOf(activities: readonly AnyActivity[]): Record<string, object> {
  return Object.fromEntries(["default", ...activities.map(({ queue }) => queue)].map((queue) => [queue, {}]));
}
