import { Client } from "../../src/client/index.ts";
import { activity, event, mailbox } from "../../src/definition/index.ts";
import { callOf, invalid, limit, type Refusal, refuses, unserializable, waiting } from "../support/refusals.ts";
import type { World } from "../support/world.ts";

const fn = () => null;
const work = activity("work", fn);
const box = mailbox("box");
const go = event("go");
const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;
const long = "x".repeat(1_001);
const large = "x".repeat(1_001);

const limits = { payloadBytes: 1_000 };
const create = (_world: World, ...args: readonly unknown[]) => Reflect.construct(Client, args);
const createOn = ({ provider }: World, options: unknown) => Reflect.construct(Client, [provider, options]);
const client = ({ provider }: World, method: unknown, ...args: readonly unknown[]) =>
  callOf(new Client(provider, { limits }), String(method), ...args);
const handle = ({ provider }: World, method: unknown, ...args: readonly unknown[]) =>
  callOf(new Client(provider, { limits }).getHandle("w"), String(method), ...args);

refuses("a client's options", [
  ...[undefined, null, "app.db", {}].map((provider): Refusal => [invalid, /needs a provider/, create, provider]),
  ...[null, 5].map((options): Refusal => [invalid, /Client options is/, createOn, options]),
  [invalid, /limits is 5/, createOn, { limits: 5 }],
  ...["payloadBytes", "mailboxDepth", "nameBytes", "idBytes"].map((name): Refusal => [
    invalid,
    new RegExp(`limits.${name} must be`),
    createOn,
    { limits: { [name]: 0 } },
  ]),
  [invalid, /from 1 to 1000/, createOn, { limits: { nameBytes: 1_001 } }],
  [invalid, /from 1 to 1000/, createOn, { limits: { idBytes: 1_001 } }],
  [invalid, /logger has no method/, createOn, { logger: {} }],
]);

refuses("starts", [
  ...[undefined, null, 5, work, fn, { kind: "orchestration" }].map((target): Refusal => [
    invalid,
    /what orchestration\(\) returned/,
    client,
    "start",
    target,
  ]),
  [invalid, /orchestration name is empty/, client, "start", ""],
  [invalid, /orchestration name "a@1"/, client, "start", "a@1"],
  [unserializable, /^input is a function/, client, "start", waiting, fn],
  [unserializable, /^input.self/, client, "start", waiting, cyclic],
  [limit, /^input takes 1003 bytes/, client, "start", waiting, large],
  ...[null, "w-2"].map((options): Refusal => [invalid, /options is/, client, "start", waiting, 1, options]),
  ...["", null, 7, "a\nb"].map((instanceId): Refusal => [
    invalid,
    /instanceId/,
    client,
    "start",
    waiting,
    1,
    { instanceId },
  ]),
  [limit, /instanceId/, client, "start", waiting, 1, { instanceId: long }],
  ...["latest", "1", 1, null].map((version): Refusal => [
    invalid,
    /not a version/,
    client,
    "start",
    waiting,
    1,
    { version },
  ]),
  [invalid, /onConflict/, client, "start", waiting, 1, { onConflict: "replace" }],
  ["INSTANCE_EXISTS", /"w"/, client, "start", waiting, 1, { instanceId: "w", onConflict: "fail" }],

  ...[undefined, { orchestration: waiting }].map((starts): Refusal => [
    invalid,
    /startMany/,
    client,
    "startMany",
    starts,
  ]),
  // One that cannot be started prevents all of them.
  ...(
    [
      [invalid, /starts\[1\] is null/, null],
      [invalid, /what orchestration\(\) returned/, {}],
      [unserializable, /^starts\[1\].input/, { orchestration: waiting, input: fn }],
      [limit, /^starts\[1\].input/, { orchestration: waiting, input: large }],
      [invalid, /instanceId/, { orchestration: waiting, instanceId: "" }],
      [invalid, /not a version/, { orchestration: waiting, version: "x" }],
    ] as const
  ).map(([code, mentions, bad]): Refusal => [code, mentions, client, "startMany", [{ orchestration: waiting }, bad]]),
]);

refuses("messages", [
  ...(
    [
      ["send", /mailbox\(\)/, go],
      ["raiseEvent", /event\(\)/, box],
    ] as const
  ).flatMap(([method, mentions, wrong]) => [
    ...[undefined, null, fn, wrong, { name: "x" }].flatMap((target): Refusal[] => [
      [invalid, mentions, client, method, "w", target, 1],
      [invalid, mentions, handle, method, target, 1],
    ]),
    [invalid, /name is empty/, client, method, "w", "", 1] satisfies Refusal,
    [unserializable, /^data is a function/, client, method, "w", "x", fn] satisfies Refusal,
    [unserializable, /^data is a symbol/, handle, method, "x", Symbol("s")] satisfies Refusal,
    [limit, /^data takes/, client, method, "w", "x", large] satisfies Refusal,
    [invalid, /instanceId is undefined/, client, method, undefined, "x", 1] satisfies Refusal,
    ["INSTANCE_NOT_FOUND", /"nobody"/, client, method, "nobody", "x", 1] satisfies Refusal,
  ]),
  ...["cancel", "terminate"].flatMap((method): Refusal[] => [
    [invalid, /reason/, client, method, "w", 5],
    [invalid, /reason/, handle, method, {}],
    [limit, /reason/, client, method, "w", "x".repeat(3_000)],
  ]),
]);

const aboutOne = ["getStatus", "getDescriptor", "getHistory", "getState", "getTree", "listExecutions"];

refuses("management", [
  ...[...aboutOne, "cancel", "terminate", "delete", "releaseQuarantine"].flatMap((method): Refusal[] => [
    [invalid, /instanceId is undefined/, client, method],
    [invalid, /instanceId is empty/, client, method, ""],
    [limit, /instanceId/, client, method, long],
    ["INSTANCE_NOT_FOUND", /"nobody"/, client, method, "nobody"],
  ]),
  [invalid, /instanceId is 7/, client, "getHandle", 7],
  ...[0, 1.5, "1"].map((executionId): Refusal => [invalid, /executionId/, client, "getHistory", "w", { executionId }]),
  [invalid, /no execution 9/, client, "getHistory", "w", { executionId: 9 }],
  [invalid, /options is null/, client, "getHistory", "w", null],
  [invalid, /options is null/, client, "delete", "w", null],
  [invalid, /force must be/, client, "delete", "w", { force: "yes" }],
  ["INSTANCE_RUNNING", /"w"/, client, "delete", "w"],
  ...["list", "count"].flatMap((method): Refusal[] => [
    [invalid, /options is null/, client, method, null],
    ...["waiting", 5, null, [null], ["running", "x"], "toString"].map((status): Refusal => [
      invalid,
      /status .* is not that of any instance/,
      client,
      method,
      { status },
    ]),
    [invalid, /name is empty/, client, method, { name: "" }],
    [invalid, /quarantined must be/, client, method, { quarantined: 1 }],
  ]),
  ...[0, 1_001, "10"].map((number): Refusal => [invalid, /limit must be/, client, "list", { limit: number }]),
  ...[5, "nonsense"].map((cursor): Refusal => [invalid, /cursor/, client, "list", { cursor }]),
  ...[undefined, null, {}, { olderThan: "old" }].map((options): Refusal => [
    invalid,
    /options|olderThan/,
    client,
    "prune",
    options,
  ]),
  [invalid, /running/, client, "prune", { olderThan: 0, status: "running" }],
  [invalid, /keepExecutions/, client, "prune", { instanceId: "w", keepExecutions: 0 }],
  [invalid, /instanceId/, client, "prune", { instanceId: 7 }],
  [invalid, /options is null/, handle, "result", null],
  [invalid, /timeout is "soon"/, handle, "result", { timeout: "soon" }],
  [invalid, /signal/, handle, "result", { signal: new AbortController() }],
]);
