import type { AnyActivity, AnyOrchestration, Logger } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { type Host, processHost } from "../host/index.ts";
import { chosenLogger } from "../observability/index.ts";
import type { Provider } from "../providers/contract.ts";
import {
  type Duration,
  checkBoolean,
  checkName,
  checkObject,
  describeArgument,
  parseDuration,
  textBytes,
  wholeNumber,
} from "../values/index.ts";

/** What is too much: beyond it a call throws, or an instance fails, with `LimitExceededError`. */
export interface Limits {
  /** Of one stored value, in bytes of UTF-8. Default 2 MiB. */
  readonly payloadBytes: number;
  /** Events in the history of one execution. Default 50,000. */
  readonly events: number;
  /** Operations of one execution that are open at once. Default 20,000. */
  readonly openOperations: number;
  /** Keys of one instance's state. Default 1,000. */
  readonly stateKeys: number;
  /** Messages of one instance that were not received, in all of its mailboxes; more are refused. Default 10,000. */
  readonly mailboxDepth: number;
  /** Of a name of an orchestration, activity, event, mailbox, queue or patch, in UTF-8. Default 255; at most 1,000. */
  readonly nameBytes: number;
  /** Of an instance id that is given, a session or a key of state, in UTF-8. Default 255; at most 1,000. */
  readonly idBytes: number;
  /** Claims of an instance without a commit before it is quarantined. Default 5. */
  readonly claimsWithoutCommit: number;
}

/** What a node runs, and how much of it at once. Durations are milliseconds or texts such as `"15s"`. */
export interface RuntimeOptions {
  /** The store. */
  readonly provider: Provider;
  /** The orchestrations that this node runs, in all versions that it is to run. Default: none. */
  readonly orchestrations?: readonly AnyOrchestration[];
  /** The activities that this node executes. Default: none. */
  readonly activities?: readonly AnyActivity[];
  readonly concurrency?: {
    /** Instances that are in the middle of a turn at once. Default 200. */
    readonly orchestrations?: number;
    /** Activities that run at once, over all queues. Default 100. */
    readonly activities?: number;
  };
  /** The work queues that this node serves, and how many activities of each run at once. Default: `default`. */
  readonly queues?: { readonly [queue: string]: { readonly concurrency?: number } };
  /** How long a node that stopped answering keeps what it owns. Default `"15s"`. */
  readonly leaseDuration?: Duration;
  /** Idle time after which an instance leaves memory; 0 replays every turn. Default `"10s"`. */
  readonly dehydrateAfter?: Duration;
  /** Instances in memory; beyond that the ones idle longest leave early. Default 10,000. */
  readonly maxHydrated?: number;
  /** How long a session of activities stays with this node after the last of them. Default `"10m"`. */
  readonly sessionIdle?: Duration;
  /** What becomes of an instance whose version no live node has had for `missingVersionGrace`. Default `"cancel"`. */
  readonly onMissingVersion?: "cancel" | "wait";
  /**
   * How long no live node may have had a version, or an activity, before it counts as missing; 0 does not wait at all.
   * Default `"60s"`.
   */
  readonly missingVersionGrace?: Duration;
  /** What becomes of an instance whose code and history differ. Default `"fail"`; `"block"` quarantines it. */
  readonly onNondeterminism?: "fail" | "block";
  /** Whether an activity's completion may share the commit of the turn that it leads to. Default true. */
  readonly fuseTurns?: boolean;
  /**
   * Where the node writes what it notices. Default: what the environment variable `PERDURE_LOG` says; silent without
   * it.
   */
  readonly logger?: Logger;
  /** What is too much. Default: see `Limits`. */
  readonly limits?: Partial<Limits>;
}

/** With what only a simulation of a whole world gives. */
export interface HostedRuntimeOptions extends RuntimeOptions {
  /** Default: the process. */
  readonly host?: Host;
}

/** The options with all defaults filled in and all durations in milliseconds. */
export interface RuntimeSettings {
  readonly host: Host;
  readonly provider: Provider;
  readonly orchestrations: readonly AnyOrchestration[];
  readonly activities: readonly AnyActivity[];
  readonly maxTurns: number;
  readonly maxActivities: number;
  readonly queues: ReadonlyMap<string, number>;
  readonly leaseMs: number;
  readonly sessionIdleMs: number;
  readonly dehydrateAfterMs: number;
  readonly maxHydrated: number;
  readonly onMissingVersion: "cancel" | "wait";
  readonly missingVersionGraceMs: number;
  readonly onNondeterminism: "fail" | "block";
  readonly fuseTurns: boolean;
  readonly logger: Logger;
  readonly limits: Limits;
}

/** Throws `InvalidArgumentError` for anything that is not as described. */
export function runtimeSettings(options: HostedRuntimeOptions): RuntimeSettings {
  if (typeof (options as Partial<RuntimeOptions> | null | undefined)?.provider?.fetchInstances !== "function") {
    throw new InvalidArgumentError("Runtime.start needs a provider, such as `await SqliteProvider.open('app.db')`.");
  }
  const { concurrency = {}, fuseTurns = true } = options;
  const limits = limitSettings(options.limits);
  checkObject(concurrency, "concurrency");
  checkBoolean(fuseTurns, "fuseTurns");
  const maxActivities = wholeNumber(concurrency.activities ?? 100, "concurrency.activities");
  return {
    host: options.host ?? processHost,
    provider: options.provider,
    orchestrations: list(options.orchestrations, "orchestrations"),
    activities: list(options.activities, "activities"),
    maxTurns: wholeNumber(concurrency.orchestrations ?? 200, "concurrency.orchestrations"),
    maxActivities,
    queues: queueSettings(options, maxActivities, limits),
    leaseMs: atLeast(parseDuration(options.leaseDuration ?? "15s", "leaseDuration"), 100, "leaseDuration"),
    sessionIdleMs: parseDuration(options.sessionIdle ?? "10m", "sessionIdle"),
    dehydrateAfterMs: parseDuration(options.dehydrateAfter ?? "10s", "dehydrateAfter"),
    maxHydrated: wholeNumber(options.maxHydrated ?? 10_000, "maxHydrated"),
    onMissingVersion: oneOf(options.onMissingVersion ?? "cancel", ["cancel", "wait"], "onMissingVersion"),
    missingVersionGraceMs: parseDuration(options.missingVersionGrace ?? "60s", "missingVersionGrace"),
    onNondeterminism: oneOf(options.onNondeterminism ?? "fail", ["fail", "block"], "onNondeterminism"),
    fuseTurns,
    logger: chosenLogger(options.logger),
    limits,
  };
}

/** Throws `InvalidArgumentError` for anything that is not as described. */
export function limitSettings(limits: Partial<Limits> = {}): Limits {
  checkObject(limits, "limits");
  return {
    payloadBytes: wholeNumber(limits.payloadBytes ?? 2 * 1024 * 1024, "limits.payloadBytes"),
    events: wholeNumber(limits.events ?? 50_000, "limits.events"),
    openOperations: wholeNumber(limits.openOperations ?? 20_000, "limits.openOperations"),
    stateKeys: wholeNumber(limits.stateKeys ?? 1_000, "limits.stateKeys"),
    mailboxDepth: wholeNumber(limits.mailboxDepth ?? 10_000, "limits.mailboxDepth"),
    nameBytes: wholeNumber(limits.nameBytes ?? textBytes.byDefault, "limits.nameBytes", textBytes.atMost),
    idBytes: wholeNumber(limits.idBytes ?? textBytes.byDefault, "limits.idBytes", textBytes.atMost),
    claimsWithoutCommit: wholeNumber(limits.claimsWithoutCommit ?? 5, "limits.claimsWithoutCommit"),
  };
}

function queueSettings(
  options: RuntimeOptions,
  maxActivities: number,
  { nameBytes }: Limits,
): ReadonlyMap<string, number> {
  const { queues: given = { default: {} } } = options;
  checkObject(given, "queues");
  if (Array.isArray(given)) throw new InvalidArgumentError("queues must be an object, as in { default: {} }.");
  const queues = new Map<string, number>();
  for (const [name, queue] of Object.entries(given)) {
    checkName(name, "queue name", nameBytes);
    checkObject(queue, `queues["${name}"]`);
    queues.set(name, wholeNumber(queue.concurrency ?? maxActivities, `queues["${name}"].concurrency`));
  }
  return queues;
}

function list<T>(values: readonly T[] | undefined, what: string): readonly T[] {
  if (values === undefined || Array.isArray(values)) return values ?? [];
  throw new InvalidArgumentError(`${what} is ${describeArgument(values)}. Give a list, or leave it out.`);
}

function atLeast(value: number, least: number, what: string): number {
  if (value >= least) return value;
  throw new InvalidArgumentError(`${what} must be at least ${least} ms, not ${value} ms.`);
}

function oneOf<T extends string>(value: T, allowed: readonly T[], what: string): T {
  if (allowed.includes(value)) return value;
  throw new InvalidArgumentError(`${what} must be ${allowed.map((a) => `"${a}"`).join(" or ")}, not "${value}".`);
}
