import type {
  AnyActivity,
  ActivityCall,
  ActivityPolicy,
  AnySchema,
  AwaitOptions,
  DetachedStart,
  EventDefinition,
  Mailbox,
  Orchestration,
  OrchestrationContext,
  SubOrchestrationCall,
} from "../definition/index.ts";
import { activityPolicy } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import type { Decision, DecisionDraft, ScheduledKind } from "../history/index.ts";
import { checkInstanceId, checkName, parseDuration, parseInstant } from "../values/index.ts";
import {
  activityTarget,
  channelName,
  channelSchema,
  checkCall,
  checkedInput,
  checkVersionOption,
  orchestrationTarget,
} from "./call-arguments.ts";
import { aborted, outsideTurn } from "./engine-errors.ts";
import type { ReplayEngine } from "./engine.ts";
import { replaySafeLogger } from "./replay-safe-logger.ts";
import { createStateContext } from "./state-context.ts";

/** What an operation is for, by name, and the schema of what may arrive for it. */
interface Awaited {
  readonly channel?: string;
  readonly schema?: AnySchema | undefined;
}

type ScheduledDraft = Extract<DecisionDraft, { readonly kind: ScheduledKind }>;

/** The context that a function gets: closures, so that its methods can be taken off it. */
export function createContext(engine: ReplayEngine): OrchestrationContext {
  const { started, options } = engine;

  /** True if the call has no effect, because the function has been left. */
  function enter(method: string): boolean {
    if (engine.isOver) return true;
    if (!engine.isRunning) {
      const error = outsideTurn(options.instanceId, `ctx.${method} was called`);
      engine.fault(error);
      throw error;
    }
    if (options.traced === true) engine.log.noteCallSite();
    return false;
  }

  function schedule(draft: ScheduledDraft, call: AwaitOptions, what: string, more: Awaited = {}): Promise<never> {
    const { signal } = call;
    if (signal?.aborted === true) {
      return Promise.reject(aborted(what, signal.reason));
    }
    const decision = engine.decide(draft);
    if (decision === undefined) return never();
    const { eventId } = decision;
    const operation = { ...(decision as Extract<Decision, ScheduledDraft>), what, ...more };
    return engine.operations.open(operation, signal, () => abort(eventId, signal?.reason, what)) as Promise<never>;
  }

  function abort(eventId: number, reason: unknown, what: string): void {
    if (engine.isOver || !engine.operations.isOpen(eventId)) return;
    // Not thrown: nobody could catch what a listener throws, and Node would end the process.
    if (!engine.isRunning) return engine.fault(outsideTurn(options.instanceId, `The signal of ${what} was aborted`));
    if (engine.decide({ kind: "OperationCancelled", scheduledId: eventId, cause: "signal" }) === undefined) return;
    engine.operations.abort(eventId, reason);
  }

  const limit = (call: AwaitOptions, what: string) =>
    call.timeout === undefined ? {} : { dueAt: engine.log.now + parseDuration(call.timeout, `timeout of ${what}`) };

  function encodedInput(target: Parameters<typeof checkedInput>[0], input: unknown, version?: string) {
    const { value, validated } = checkedInput(target, input, version);
    return { ...(validated && { validated }), payload: engine.encode(value, "input") };
  }

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
    random: () => {
      enter("random");
      return engine.random.next();
    },
    uuid: () => {
      enter("uuid");
      return engine.random.uuid();
    },

    activity: (target: AnyActivity | string, input?: unknown, call: ActivityCall = asDefined): Promise<never> => {
      if (enter("activity")) return never();
      const { name, queue, scheduleToStartMs } = activityTarget(target, call, engine);
      const what = `activity "${name}"`;
      const { session } = call;
      if (session !== undefined) checkInstanceId(session, "session", engine.maxBytes("idBytes"));
      const policy = {
        // It holds also while no node that knows the activity's options has it.
        ...(scheduleToStartMs !== undefined && { scheduleToStartMs }),
        ...(call !== asDefined && callPolicy(call, what)),
      };
      const draft: ScheduledDraft = {
        kind: "ActivityScheduled",
        name,
        ...encodedInput(target, input),
        ...(queue !== "default" && { queue }),
        ...(session !== undefined && { session }),
        ...(Object.keys(policy).length > 0 && { policy }),
        ...limit(call, what),
      };
      return schedule(draft, call, what, { channel: name });
    },

    sleep: (duration, call = {}) => {
      if (enter("sleep")) return never();
      checkCall(call, "sleep");
      const dueAt = engine.log.now + parseDuration(duration, "sleep duration");
      return schedule({ kind: "TimerCreated", dueAt }, call, "a timer");
    },

    sleepUntil: (at, call = {}) => {
      if (enter("sleepUntil")) return never();
      checkCall(call, "sleepUntil");
      return schedule({ kind: "TimerCreated", dueAt: parseInstant(at, "sleepUntil") }, call, "a timer");
    },

    waitForEvent: (target: EventDefinition<unknown> | string, call: AwaitOptions = {}): Promise<never> => {
      if (enter("waitForEvent")) return never();
      const name = channelName(target, "event", engine);
      const what = `event "${name}"`;
      checkCall(call, what);
      return schedule({ kind: "EventWaitOpened", name, ...limit(call, what) }, call, what, {
        channel: name,
        schema: channelSchema(target),
      });
    },

    receive: (target: Mailbox<unknown> | string, call: AwaitOptions = {}): Promise<never> => {
      if (enter("receive")) return never();
      const name = channelName(target, "mailbox", engine);
      const what = `mailbox "${name}"`;
      checkCall(call, what);
      const timeLimit = limit(call, what);
      // A message that is there already needs no time limit, and so no timer row.
      const isWaiting = !engine.mailboxes.has(name);
      const draft: ScheduledDraft = { kind: "ReceiveOpened", mailbox: name, ...(isWaiting && timeLimit) };
      const received = schedule(draft, call, what, { channel: name, schema: channelSchema(target) });
      engine.handMessage(name);
      return received;
    },

    subOrchestration: (
      target: Orchestration<never, unknown> | string,
      input?: unknown,
      call: SubOrchestrationCall = {},
    ): Promise<never> => {
      if (enter("subOrchestration")) return never();
      const start = orchestrationTarget(target, call, engine);
      const what = `sub-orchestration "${start.name}"`;
      const { onParentEnd } = call;
      if (onParentEnd !== undefined && !["cancel", "terminate", "abandon"].includes(onParentEnd)) {
        throw new InvalidArgumentError(`onParentEnd of ${what} must be "cancel", "terminate" or "abandon".`);
      }
      const more = {
        ...encodedInput(target, input, start.version),
        ...(onParentEnd !== undefined && onParentEnd !== "cancel" && { onParentEnd }),
        ...limit(call, what),
      };
      const instanceId = start.instanceId ?? nextChildId();
      return schedule({ kind: "SubOrchestrationScheduled", ...start, instanceId, ...more }, call, what);
    },

    startOrchestration: (
      target: Orchestration<never, unknown> | string,
      input?: unknown,
      call: DetachedStart = {},
    ): Promise<string> => {
      if (enter("startOrchestration")) return never();
      const start = orchestrationTarget(target, call, engine);
      const given = encodedInput(target, input, start.version);
      const instanceId = start.instanceId ?? nextChildId();
      const decision = engine.decide({ kind: "OrchestrationStartRequested", ...start, instanceId, ...given });
      return decision === undefined ? never() : Promise.resolve(instanceId);
    },

    continueAsNew: (input?: unknown, call: { readonly version?: string } = {}): Promise<never> => {
      if (enter("continueAsNew")) return never();
      const version = checkVersionOption(call, "continueAsNew");
      engine.decide({ kind: "OrchestrationContinuedAsNew", payload: engine.encode(input, "input"), ...version });
      return never();
    },

    get continueAsNewSuggested() {
      return engine.log.lastEventId >= options.limits.suggestContinueAfter;
    },

    patched: (id) => {
      if (enter("patched")) return false;
      checkName(id, "patch id", engine.knowsPatch(id) ? undefined : engine.maxBytes("nameBytes"));
      return engine.isPatched(id);
    },

    state: createStateContext(engine, enter),

    setCustomStatus: (value) => {
      if (enter("setCustomStatus")) return;
      engine.decide({ kind: "CustomStatusSet", payload: engine.encode(value, "customStatus") });
    },
  };

  // Run and execution are in it, because event ids begin anew in every execution, and ids may be used again. To be
  // asked for last: whatever reads the call's arguments may itself schedule something.
  function nextChildId(): string {
    const position = `${started.runId}.${started.executionId}.${engine.log.nextEventId()}`;
    const readable = `${options.instanceId}::${position}`;
    return Buffer.byteLength(readable) <= maxReadableBytes ? readable : `::${position}`;
  }
}

const maxReadableBytes = 120;

/** The options of nearly all calls: there is nothing to be made of them. */
const asDefined: ActivityCall = {};

function callPolicy(call: ActivityCall, what: string): ActivityPolicy {
  const { attemptTimeout, timeout: _timeout, signal: _signal, queue: _queue, session: _session, ...rest } = call;
  return activityPolicy({ ...rest, ...(attemptTimeout !== undefined && { timeout: attemptTimeout }) }, what);
}

/** What a call gives that must never come to anything: the function is not led on, and there is no error to catch. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}
