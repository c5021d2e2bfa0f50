import { join } from "node:path";
import * as definition from "../../src/definition/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { callOf, invalid, limit, type Refusal, refuses, waiting } from "../support/refusals.ts";
import type { World } from "../support/world.ts";

const fn = () => null;
const work = definition.activity("work", fn);

const define = (_world: World, kind: unknown, ...args: readonly unknown[]) => callOf(definition, String(kind), ...args);

refuses("definitions", [
  ...["activity", "orchestration", "mailbox", "event"].flatMap((kind): Refusal[] => [
    [invalid, new RegExp(`${kind} name is undefined`), define, kind],
    [invalid, new RegExp(`${kind} name is empty`), define, kind, "", fn],
    [invalid, new RegExp(`${kind} name is 7`), define, kind, 7, fn],
    [invalid, new RegExp(`${kind} name "a/b"`), define, kind, "a/b", fn],
    [invalid, new RegExp(`${kind} name " a"`), define, kind, " a", fn],
    [invalid, new RegExp(`${kind} name .* control character`), define, kind, "a\0b", fn],
    [limit, new RegExp(`${kind} name .* 1001 bytes`), define, kind, "x".repeat(1_001), fn],
  ]),
  ...["activity", "orchestration"].flatMap((kind): Refusal[] => [
    [invalid, /a function/, define, kind, "a"],
    [invalid, /a function/, define, kind, "a", {}],
    [invalid, /a function/, define, kind, "a", {}, "b"],
    [invalid, /options is null/, define, kind, "a", null, fn],
    [invalid, /options is "1s"/, define, kind, "a", "1s", fn],
    [invalid, /Standard Schema/, define, kind, "a", { input: {} }, fn],
  ]),
  ...["mailbox", "event"].flatMap((kind): Refusal[] => [
    [invalid, /Standard Schema/, define, kind, "a", "number"],
    [invalid, /Standard Schema/, define, kind, "a", {}],
  ]),
  ...["1", 1, "*", null].map((version): Refusal => [
    invalid,
    /not a version/,
    define,
    "orchestration",
    "a",
    { version },
    fn,
  ]),
  ...["timeout", "scheduleToStart", "scheduleToClose", "heartbeatTimeout"].flatMap((option) =>
    ["soon", -1, Number.NaN, {}, "200000d"].map((value): Refusal => [
      invalid,
      new RegExp(`${option} is`),
      define,
      "activity",
      "a",
      { [option]: value },
      fn,
    ]),
  ),
  [invalid, /queue is empty/, define, "activity", "a", { queue: "" }, fn],
  [invalid, /queue is 1/, define, "activity", "a", { queue: 1 }, fn],
  [invalid, /retry is 5/, define, "activity", "a", { retry: 5 }, fn],
  [invalid, /maxAttempts/, define, "activity", "a", { retry: { maxAttempts: 0 } }, fn],
  [invalid, /maxAttempts/, define, "activity", "a", { retry: { maxAttempts: 1.5 } }, fn],
  [invalid, /backoff/, define, "activity", "a", { retry: { backoff: 0.5 } }, fn],
  [invalid, /jitter/, define, "activity", "a", { retry: { jitter: 2 } }, fn],
  [invalid, /initialInterval/, define, "activity", "a", { retry: { initialInterval: "x" } }, fn],
  [invalid, /maxInterval/, define, "activity", "a", { retry: { maxInterval: -1 } }, fn],
  [invalid, /nonRetryable/, define, "activity", "a", { retry: { nonRetryable: [1] } }, fn],
]);

const start = (_world: World, ...args: readonly unknown[]) => callOf(Runtime, "start", ...args);
const runtime = ({ provider }: World, options: unknown) =>
  callOf(Runtime, "start", { provider, ...(options as object) });

refuses("runtime options", [
  ...[undefined, null, {}, { provider: null }, { provider: {} }, { provider: "app.db" }].map((options): Refusal => [
    invalid,
    /needs a provider/,
    start,
    options,
  ]),
  ...[waiting, null, { waiting }, [work], [fn], [null], [{ kind: "orchestration" }]].map((orchestrations): Refusal => [
    invalid,
    /orchestrations/,
    runtime,
    { orchestrations },
  ]),
  ...[work, null, { work }, [waiting], [fn], [undefined], [{ kind: "activity", name: "a" }]].map(
    (activities): Refusal => [invalid, /activities/, runtime, { activities }],
  ),
  ["DUPLICATE_DEFINITION", /"waiting" version 1.0.0/, runtime, { orchestrations: [waiting, waiting] }],
  ["DUPLICATE_DEFINITION", /"work"/, runtime, { activities: [work, work] }],
  [invalid, /concurrency is 5/, runtime, { concurrency: 5 }],
  [invalid, /concurrency is null/, runtime, { concurrency: null }],
  [invalid, /concurrency.orchestrations/, runtime, { concurrency: { orchestrations: 0 } }],
  [invalid, /concurrency.activities/, runtime, { concurrency: { activities: "10" } }],
  [invalid, /queues/, runtime, { queues: ["default"] }],
  [invalid, /queues/, runtime, { queues: "default" }],
  [invalid, /queue name "a\/b"/, runtime, { queues: { "a/b": {} } }],
  [invalid, /queues\["a"\] is 5/, runtime, { queues: { a: 5 } }],
  [invalid, /queues\["a"\].concurrency/, runtime, { queues: { a: { concurrency: 0 } } }],
  [invalid, /leaseDuration is "forever"/, runtime, { leaseDuration: "forever" }],
  [invalid, /leaseDuration must be at least/, runtime, { leaseDuration: 10 }],
  [invalid, /dehydrateAfter/, runtime, { dehydrateAfter: -1 }],
  [invalid, /maxHydrated/, runtime, { maxHydrated: 0 }],
  [invalid, /onMissingVersion/, runtime, { onMissingVersion: "fail" }],
  [invalid, /missingVersionGrace/, runtime, { missingVersionGrace: "a minute" }],
  [invalid, /onNondeterminism/, runtime, { onNondeterminism: true }],
  [invalid, /fuseTurns must be/, runtime, { fuseTurns: "yes" }],
  [invalid, /logger has no method "debug"/, runtime, { logger: fn }],
  [invalid, /logger has no method "warn"/, runtime, { logger: { debug: fn, info: fn } }],
  [invalid, /logger/, runtime, { logger: null }],
  [invalid, /limits is 1/, runtime, { limits: 1 }],
  ...[
    "payloadBytes",
    "events",
    "openOperations",
    "stateKeys",
    "mailboxDepth",
    "claimsWithoutCommit",
    "nameBytes",
    "idBytes",
  ].flatMap((name) =>
    [0, -1, 1.5, "1", Number.NaN].map((value): Refusal => [
      invalid,
      new RegExp(`limits.${name} must be`),
      runtime,
      { limits: { [name]: value } },
    ]),
  ),
  [invalid, /limits.nameBytes must be a whole number from 1 to 1000/, runtime, { limits: { nameBytes: 1_001 } }],
  [invalid, /limits.idBytes must be a whole number from 1 to 1000/, runtime, { limits: { idBytes: 1_001 } }],
]);

const open = (_world: World, ...args: readonly unknown[]) => callOf(SqliteProvider, "open", ...args);
const openUnder = ({ file }: World, ...path: readonly unknown[]) => open({} as World, join(file, ...path.map(String)));

refuses("opening a store", [
  ...[undefined, "", 7, "a\0b", { path: "app.db" }].map((path): Refusal => [invalid, /needs the path/, open, path]),
  [invalid, /options is null/, open, ":memory:", null],
  [invalid, /options is "wal"/, open, ":memory:", "wal"],
  ...[5, new Date(), null, () => Number.NaN, () => "now"].map((clock): Refusal => [
    invalid,
    /clock is not a function that gives milliseconds/,
    open,
    ":memory:",
    { clock },
  ]),
  ["STORAGE", /could not be opened/, openUnder, "not-a-folder", "app.db"],
  ["STORAGE", /could not be opened/, openUnder, ".."],
  ["STORAGE", /could not be opened/, open, import.meta.filename],
]);
