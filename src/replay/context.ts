import type {
  Activity,
  ActivityCall,
  AwaitOptions,
  DetachedStart,
  EventDefinition,
  LogLevel,
  Logger,
  Mailbox,
  Orchestration,
  OrchestrationContext,
  SubOrchestrationCall,
} from "../definition/index.ts";
import { activityPolicy } from "../definition/index.ts";
import { AbortError, InvalidArgumentError, OutsideTurnError } from "../errors/index.ts";
import type { Decision, DecisionDraft, ScheduledKind } from "../history/index.ts";
import { checkInstanceId, checkName, encodeValue, parseDuration, parseVersion } from "../values/index.ts";
import type { ReplayEngine } from "./engine.ts";

type ScheduledDraft = Extract<DecisionDraft, { readonly kind: ScheduledKind }>;

/** The context that a function gets: closures, so that its methods can be taken off it. */
export function createContext(engine: ReplayEngine): OrchestrationContext {
  const { started, options } = engine;
  const encode = (value: unknown, path: string) => encodeValue(value, { path, maxBytes: options.limits.payloadBytes });

  /** True if the call has no effect, because the function has been left. */
  function enter(method: string): boolean {
    if (engine.isOver) return true;
    if (!engine.inTurn) {
      const error = new OutsideTurnError(
        `ctx.${method} of "${options.instanceId}" was called while the orchestration was not being run: it waited for ` +
          "something that is not durable, or its context was used from elsewhere. Do such waiting in an activity.",
      );
      engine.fault(error);
      throw error;
    }
    if (options.traced === true) engine.log.noteCallSite();
    return false;
  }

  function schedule(draft: ScheduledDraft, call: AwaitOptions, what: string, channel?: string): Promise<never> {
    const { signal } = call;
    if (signal?.aborted === true) {
      return Promise.reject(new AbortError(`Waiting for ${what} was aborted.`, { cause: signal.reason }));
    }
    const decision = engine.decide(draft);
    if (decision === undefined) return never();
    const { eventId } = decision;
    const abort = (): void => {
      if (enter("signal") || !engine.operations.isOpen(eventId)) return;
      if (engine.decide({ kind: "OperationCancelled", scheduledId: eventId, cause: "signal" }) === undefined) return;
      engine.operations.abort(eventId, signal?.reason);
    };
    const operation = { ...(decision as Extract<Decision, ScheduledDraft>), what, ...(channel && { channel }) };
    return engine.operations.open(operation, signal, abort) as Promise<never>;
  }

  const limit = (call: AwaitOptions, what: string) =>
    call.timeout === undefined ? {} : { dueAt: engine.log.now + parseDuration(call.timeout, `timeout of ${what}`) };

  return {
    instanceId: options.instanceId,
    runId: started.runId,
    executionId: started.executionId,
    name: started.name,
    version: started.version,
    parent: started.parent && {
      instanceId: started.parent.instanceId,
      executionId: started.parent.executionId,
    },
    get isReplaying() {
      return engine.log.isReplaying;
    },
    log: replaySafeLogger(engine),
    now: () => engine.log.now,
    random: () => engine.random.next(),
    uuid: () => engine.random.uuid(),

    activity: (target: Activity<never, unknown> | string, input?: unknown, call: ActivityCall = {}): Promise<never> => {
      if (enter("activity")) return never();
      const { name, queue } = activityTarget(target, call, options.queueOf);
      const what = `activity "${name}"`;
      const { attemptTimeout, timeout: _timeout, signal: _signal, queue: _queue, ...rest } = call;
      const policy = activityPolicy(
        { ...rest, ...(attemptTimeout !== undefined && { timeout: attemptTimeout }) },
        what,
      );
      const draft: ScheduledDraft = {
        kind: "ActivityScheduled",
        name,
        payload: encode(input, "input"),
        ...(queue !== "default" && { queue }),
        ...(Object.keys(policy).length > 0 && { policy }),
        ...limit(call, what),
      };
      return schedule(draft, call, what, name);
    },

    sleep: (duration, call = {}) => {
      if (enter("sleep")) return never();
      const dueAt = engine.log.now + parseDuration(duration, "sleep duration");
      return schedule({ kind: "TimerCreated", dueAt }, call, "a timer");
    },

    sleepUntil: (at, call = {}) => {
      if (enter("sleepUntil")) return never();
      const dueAt = Number(at);
      if (!Number.isFinite(dueAt) || Math.abs(dueAt) > latestDate) {
        throw new InvalidArgumentError(`sleepUntil needs a Date or milliseconds since 1970, not ${String(at)}.`);
      }
      return schedule({ kind: "TimerCreated", dueAt: Math.ceil(dueAt) }, call, "a timer");
    },

    waitForEvent: (target: EventDefinition<unknown> | string, call: AwaitOptions = {}): Promise<never> => {
      if (enter("waitForEvent")) return never();
      const name = channelName(target, "event");
      const what = `event "${name}"`;
      return schedule({ kind: "EventWaitOpened", name, ...limit(call, what) }, call, what, name);
    },

    receive: (target: Mailbox<unknown> | string, call: AwaitOptions = {}): Promise<never> => {
      if (enter("receive")) return never();
      const name = channelName(target, "mailbox");
      const what = `mailbox "${name}"`;
      // A message that is there already needs no time limit, and so no timer row.
      const isWaiting = !engine.mailboxes.has(name);
      const received = schedule(
        { kind: "ReceiveOpened", mailbox: name, ...(isWaiting && limit(call, what)) },
        call,
        what,
        name,
      );
      engine.handMessage(name);
      return received;
    },

    subOrchestration: (
      target: Orchestration<never, unknown> | string,
      input?: unknown,
      call: SubOrchestrationCall = {},
    ): Promise<never> => {
      if (enter("subOrchestration")) return never();
      const { onParentEnd } = call;
      const start = orchestrationTarget(target, call, nextChildId());
      const what = `sub-orchestration "${start.name}"`;
      if (onParentEnd !== undefined && !["cancel", "terminate", "abandon"].includes(onParentEnd)) {
        throw new InvalidArgumentError(`onParentEnd of ${what} must be "cancel", "terminate" or "abandon".`);
      }
      const draft: ScheduledDraft = {
        kind: "SubOrchestrationScheduled",
        ...start,
        payload: encode(input, "input"),
        ...(onParentEnd !== undefined && onParentEnd !== "cancel" && { onParentEnd }),
        ...limit(call, what),
      };
      return schedule(draft, call, what);
    },

    startOrchestration: (
      target: Orchestration<never, unknown> | string,
      input?: unknown,
      call: DetachedStart = {},
    ): Promise<string> => {
      if (enter("startOrchestration")) return never();
      const start = orchestrationTarget(target, call, nextChildId());
      const payload = encode(input, "input");
      const decision = engine.decide({ kind: "OrchestrationStartRequested", ...start, payload });
      return decision === undefined ? never() : Promise.resolve(start.instanceId);
    },

    continueAsNew: (input?: unknown, call: { readonly version?: string } = {}): Promise<never> => {
      if (enter("continueAsNew")) return never();
      if (call.version !== undefined) parseVersion(call.version);
      const version = call.version === undefined ? {} : { version: call.version };
      engine.decide({ kind: "OrchestrationContinuedAsNew", payload: encode(input, "input"), ...version });
      return never();
    },

    setCustomStatus: (value) => {
      if (enter("setCustomStatus")) return;
      engine.decide({ kind: "CustomStatusSet", payload: encode(value, "customStatus") });
    },
  };

  // Run and execution are in it, because event ids begin anew in every execution, and ids may be used again.
  function nextChildId(): string {
    const position = `${started.runId}.${started.executionId}.${engine.log.lastEventId + 1}`;
    const readable = `${options.instanceId}::${position}`;
    return readable.length <= maxReadableId ? readable : `::${position}`;
  }
}

const latestDate = 8_640_000_000_000_000;
const maxReadableId = 120;

/** What a call gives that must never come to anything: the function is not led on, and there is no error to catch. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

function activityTarget(
  target: Activity<never, unknown> | string,
  call: ActivityCall,
  queueOf: (name: string) => string | undefined,
): { name: string; queue: string } {
  const name = definitionName(target, "activity");
  if (call.queue !== undefined) checkName(call.queue, "queue");
  const own = typeof target === "string" ? queueOf(name) : target.queue;
  return { name, queue: call.queue ?? own ?? "default" };
}

function orchestrationTarget(
  target: Orchestration<never, unknown> | string,
  call: DetachedStart,
  defaultId: string,
): { name: string; instanceId: string; version?: string } {
  const name = definitionName(target, "orchestration");
  if (call.version !== undefined) parseVersion(call.version);
  if (call.instanceId !== undefined) checkInstanceId(call.instanceId, "instanceId");
  const version = call.version === undefined ? {} : { version: call.version };
  return { name, instanceId: call.instanceId ?? defaultId, ...version };
}

function definitionName(target: unknown, kind: "activity" | "orchestration"): string {
  if (typeof target === "string") {
    checkName(target, `${kind} name`);
    return target;
  }
  const definition = target as { kind?: unknown; name?: unknown } | null | undefined;
  if (definition?.kind === kind && typeof definition.name === "string") return definition.name;
  throw new InvalidArgumentError(`Expected what ${kind}() returned, or the name of one.`);
}

function channelName(target: unknown, kind: "event" | "mailbox"): string {
  const name = typeof target === "string" ? target : (target as { kind?: unknown; name?: unknown } | null)?.name;
  if (typeof name !== "string") throw new InvalidArgumentError(`Expected what ${kind}() returned, or a name.`);
  checkName(name, `${kind} name`);
  return name;
}

function replaySafeLogger(engine: ReplayEngine): Logger {
  const method =
    (level: LogLevel) =>
    (first: string | object, second?: string): void => {
      if (engine.log.isReplaying || engine.isOver) return;
      if (typeof first === "string") engine.options.log(level, {}, first);
      else engine.options.log(level, first, second ?? "");
    };
  return { debug: method("debug"), info: method("info"), warn: method("warn"), error: method("error") };
}
