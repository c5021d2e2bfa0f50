import type { AnyActivity } from "../../definition/index.ts";
import { InvalidArgumentError } from "../../errors/index.ts";
import { decodeMessage } from "../../history/index.ts";
import { type Host, processHost } from "../../host/index.ts";
import type {
  NewInstance,
  NewMessage,
  NewTimer,
  NewWorkItem,
  StoredText,
  TurnCommit,
} from "../../providers/contract.ts";
import type { TurnNode } from "../../runtime/node.ts";
import { prepareTurn } from "../../runtime/prepare-turn.ts";
import { spanText } from "../../inspection/index.ts";
import { turnNode } from "../turn-node.ts";
import { ExploredInstance, repeatable } from "./explored-instance.ts";
import type { Inbound, Plan } from "./plan.ts";
import { completionText, inputText } from "./value-text.ts";
import { runActivity } from "./run-activity.ts";

/** One thing that can happen next. Whatever order the steps are taken in is an order that a deployment can have. */
export type Step =
  /** The instance takes the next message of its queue. */
  | { readonly kind: "mail"; readonly instance: ExploredInstance }
  | { readonly kind: "activity"; readonly item: PendingWork }
  | { readonly kind: "timer"; readonly timer: PendingTimer }
  | { readonly kind: "inbound"; readonly inbound: Inbound };

interface PendingWork extends NewWorkItem {
  readonly instance: ExploredInstance;
}

interface PendingTimer extends NewTimer {
  readonly instance: ExploredInstance;
}

/** The same in every schedule. */
function worldHost(): Host {
  let ids = 0;
  return { ...processHost, random: () => 0.5, newId: () => `id-${++ids}` };
}

/** An activity that was executed a second time, because a crash came before its completion was recorded. */
export interface Repeated {
  readonly activity: string;
  readonly input: string;
  readonly first: StoredText;
  readonly second: StoredText;
}

/** What goes wrong with a step. */
export interface StepFaults {
  /** The node dies before the commit of the turn that this leads to, and all goes on from the store. */
  readonly crashes: boolean;
  /** Activities that this gives up had been executed; their completions come too late for anybody. */
  readonly executesGivenUp: boolean;
}

/**
 * A deployment in memory: the turns and the decision applier of the library over queues whose order is somebody's
 * choice. No time passes but that of timers.
 */
export class ExploredWorld {
  readonly root: ExploredInstance;
  readonly instances = new Map<string, ExploredInstance>();
  readonly node: TurnNode;
  readonly observe: (() => unknown) | undefined;
  readonly repeated: Repeated[] = [];
  /** Activities that were scheduled and then given up: they may have run all the same. */
  readonly givenUp = new Set<string>();
  /** Those of the step that was taken last. */
  #givenUpNow: PendingWork[] = [];
  /** Messages and events that came to nothing, and why. */
  readonly dropped: string[] = [];
  readonly #patienceMs: number;
  readonly #activities: ReadonlyMap<string, AnyActivity>;
  readonly #work = new Map<string, PendingWork>();
  #timers: PendingTimer[] = [];
  #inbound: readonly Inbound[];
  #now = Date.UTC(2026, 0, 1);
  #executed = "";

  constructor(plan: Plan) {
    const { activities, observe } = plan.setup();
    this.observe = observe;
    this.#patienceMs = plan.patienceMs;
    this.#activities = new Map(activities.map((definition) => [definition.name, definition]));
    this.node = turnNode({
      host: worldHost(),
      orchestrations: plan.orchestrations,
      activities,
      provider: {
        now: () => this.#now,
        readHistory: (id) => Promise.resolve(this.instances.get(id)?.history ?? null),
        readInstance: () => Promise.resolve(null),
        listChildren: () => Promise.resolve([]),
      },
    });
    this.#inbound = plan.inbound;
    this.root = this.#add(plan.start);
  }

  /** All that can happen next; first what would happen if everything were quick. */
  steps(): Step[] {
    const instances = [...this.instances.values()];
    const earliest = Math.min(...this.#timers.map(({ dueAt }) => dueAt));
    const channels = new Set<string>();
    const isOpen = this.root.status === "running";
    return [
      ...instances.filter(({ mail }) => mail.length > 0).map((instance) => ({ kind: "mail", instance }) as const),
      ...[...this.#work.values()].map((item) => ({ kind: "activity", item }) as const),
      ...this.#inbound
        .filter(({ channel }) => isOpen && !channels.has(channel) && channels.add(channel))
        .map((inbound) => ({ kind: "inbound", inbound }) as const),
      ...this.#timers.filter(({ dueAt }) => dueAt === earliest).map((timer) => ({ kind: "timer", timer }) as const),
    ];
  }

  /** The same for states that have the same future, as far as that depends on what this library knows. */
  fingerprint(): string {
    const instances = [...this.instances.values()].map(({ fingerprint }) => fingerprint).toSorted();
    return [...instances, this.#inbound.length, this.#executed].join("\n");
  }

  describe(step: Step): string {
    switch (step.kind) {
      case "mail":
        return this.#describeMail(step.instance);
      case "activity":
        return `${activityText(step.item)}${this.#of(step.item.instance)}`;
      case "timer":
        return `${this.#describeTimer(step.timer)}${this.#of(step.timer.instance)}`;
      case "inbound":
        return step.inbound.what;
    }
  }

  /** Gives what is to be said of it besides what it is: what came of an activity, and what was given up too late. */
  async take(step: Step, { crashes, executesGivenUp }: StepFaults): Promise<string> {
    this.#givenUpNow = [];
    if (crashes && step.kind !== "activity") this.#crash();
    const result = await this.#takeNow(step, crashes);
    if (!executesGivenUp) return result;
    for (const item of this.#givenUpNow) await this.#execute(item);
    const late = this.#givenUpNow.map(activityText);
    return late.length === 0 ? result : `${result}; given up, but executed: ${late.join(", ")}`;
  }

  /** Whether the last step gave up what may have been executed. */
  get hasGivenUp(): boolean {
    return this.#givenUpNow.length > 0;
  }

  async #takeNow(step: Step, crashes: boolean): Promise<string> {
    switch (step.kind) {
      case "mail":
        await this.#deliver(step.instance, step.instance.mail[0] as NewMessage);
        return "";
      case "activity":
        return this.#complete(step.item, crashes);
      case "timer": {
        const { timer } = step;
        this.#now = Math.max(this.#now, timer.dueAt);
        this.#timers = this.#timers.filter((other) => other !== timer);
        await this.#queue(timer.instance, { body: timer.body, payload: null });
        return "";
      }
      case "inbound":
        this.#inbound = this.#inbound.filter((other) => other !== step.inbound);
        await this.#queue(this.root, step.inbound.message);
        return "";
    }
  }

  async #complete(item: PendingWork, crashes: boolean): Promise<string> {
    const { instance, name, id } = item;
    let completion = await this.#execute(item);
    if (crashes) {
      this.#crash();
      const first = completion;
      completion = await this.#execute(item);
      this.repeated.push({ activity: name, input: item.payload ?? "", first, second: completion });
    }
    this.#executed += `${id};`;
    this.#work.delete(id);
    await this.#queue(instance, completion);
    return ` ${completionText(completion)}`;
  }

  #execute(item: PendingWork): Promise<StoredText> {
    const definition = this.#activities.get(item.name) as AnyActivity;
    const { instanceId } = item.instance;
    return runActivity(this.node, definition, { item, instanceId, patienceMs: this.#patienceMs });
  }

  /** Behind what waits already, as in any queue. */
  async #queue(instance: ExploredInstance, message: StoredText): Promise<void> {
    instance.enqueue({ instanceId: instance.instanceId, lane: "normal", ...message });
    const [only] = instance.mail;
    if (instance.mail.length === 1 && only !== undefined) await this.#deliver(instance, only);
  }

  async #deliver(instance: ExploredInstance, message: NewMessage): Promise<void> {
    if (instance.hasEnded) return void instance.mail.splice(0);
    const { lane, body, payload } = message;
    instance.live.queued = [{ token: 1, lane, body, payload }];
    const prepared = await prepareTurn(this.node, instance.live);
    const { commit, dropped, note } = prepared;
    if (commit.quarantine !== null || (commit.events.length === 0 && commit.release && note !== null)) {
      throw new InvalidArgumentError(`"${instance.name}" cannot be run: ${note ?? commit.quarantine ?? ""}`);
    }
    if (commit.ackedMessages.length > 0) instance.mail.splice(instance.mail.indexOf(message), 1);
    for (const { what, why } of dropped) this.dropped.push(`${what}: ${why}`);
    instance.advance(prepared);
    this.#apply(instance, commit);
  }

  #apply(instance: ExploredInstance, commit: TurnCommit): void {
    for (const id of commit.cancelledWork) this.#giveUp(id);
    this.#timers = this.#timers.filter(
      (timer) => timer.instance !== instance || !(commit.closes || commit.cancelledTimers.includes(timer.eventId)),
    );
    if (commit.closes) for (const { id } of this.#workOf(instance)) this.#giveUp(id);
    for (const item of commit.work) this.#schedule(instance, item);
    for (const timer of commit.timers) this.#timers.push({ ...timer, instance });
    for (const start of commit.starts) this.#start(start);
    for (const message of commit.messages) this.#send(message);
    if (instance.hasEnded) instance.mail.splice(0);
  }

  #workOf(instance: ExploredInstance): PendingWork[] {
    return [...this.#work.values()].filter((item) => item.instance === instance);
  }

  #giveUp(id: string): void {
    const item = this.#work.get(id);
    if (item !== undefined) {
      this.givenUp.add(item.name);
      this.#givenUpNow.push(item);
    }
    this.#work.delete(id);
  }

  #schedule(instance: ExploredInstance, item: NewWorkItem): void {
    if (!this.#activities.has(item.name)) {
      throw new InvalidArgumentError(
        `Activity "${item.name}" is called, and \`activities\` does not have it. Give what it returns in this exploration.`,
      );
    }
    this.#work.set(item.id, { ...item, instance });
  }

  #start(start: NewInstance): void {
    if (!this.instances.has(start.instanceId)) return void this.#add(start);
    if (start.onConflict !== null) this.#send(start.onConflict);
  }

  #add(start: NewInstance): ExploredInstance {
    const { name, version } = start;
    if (this.node.orchestrationRegistry.resolve(name, version ?? undefined) === undefined) {
      const what = version === null ? `"${name}"` : `"${name}" in version ${version}`;
      throw new InvalidArgumentError(
        `Orchestration ${what} is started, and \`orchestrations\` does not have it. Give its definition.`,
      );
    }
    const instance = new ExploredInstance(repeatable(start), this.node.host);
    this.instances.set(start.instanceId, instance);
    return instance;
  }

  #send(message: NewMessage): void {
    const target = this.instances.get(message.instanceId);
    if (target !== undefined && !target.hasEnded) target.enqueue(message);
  }

  #crash(): void {
    for (const instance of this.instances.values()) instance.crash();
  }

  #describeMail(instance: ExploredInstance): string {
    const message = decodeMessage(instance.mail[0] as NewMessage);
    switch (message.kind) {
      case "Start":
        return instance === this.root
          ? message.executionId === 1
            ? "the instance starts"
            : `execution ${message.executionId} starts`
          : `child "${instance.name}" starts`;
      case "SubOrchestrationCompleted":
      case "SubOrchestrationFailed":
        return `a child's end reaches its parent (event ${message.scheduledId})`;
      case "CancelRequested":
        return `the request to cancel arrives${this.#of(instance)}`;
      case "TerminateRequested":
        return `the request to terminate arrives${this.#of(instance)}`;
      case "ActivityCompleted":
      case "ActivityFailed":
      case "TimerFired":
      case "EventRaised":
      case "MessageArrived":
        return `${message.kind} is taken from the queue${this.#of(instance)}`;
    }
  }

  #describeTimer({ instance, eventId, dueAt }: PendingTimer): string {
    const scheduled = JSON.parse(instance.history[eventId - 1]?.body ?? "{}") as Record<string, unknown>;
    const after = spanText(dueAt - (instance.history[eventId - 1]?.at ?? dueAt));
    if (scheduled["kind"] === "TimerCreated") return `the timer of ${after} fires`;
    const name = scheduled["name"] ?? scheduled["mailbox"];
    return `the time limit (${after}) of ${JSON.stringify(name)} runs out`;
  }

  #of(instance: ExploredInstance): string {
    return instance === this.root ? "" : ` in child "${instance.name}"`;
  }
}

const activityText = ({ name, payload }: PendingWork): string => `activity "${name}"${inputText(payload)}`;
