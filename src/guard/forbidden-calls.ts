import childProcess from "node:child_process";
import dns from "node:dns";
import fs from "node:fs";
import net from "node:net";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import { NondeterministicCallError } from "../errors/index.ts";
import { currentScope } from "../replay/index.ts";
import type { Patch } from "./patches.ts";

// An import of these makes Node read all that their lazy exports need, WebSocket among it: a third of what it costs to
// load this library.
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

const sleepInstead = 'Use `await ctx.sleep("5s")`, or the `timeout` of the operation that you wait for.';
const activityInstead = "Do it in an activity and call that with `ctx.activity`.";

/** Entry points to waiting and to the world: inside an orchestration they throw before anything has happened. */
export const forbiddenCalls: readonly Patch[] = [
  ...forbid(globalThis, "", ["setTimeout", "setInterval", "setImmediate"], sleepInstead),
  ...forbid(timers, "timers.", ["setTimeout", "setInterval", "setImmediate"], sleepInstead),
  ...forbid(timersPromises, "timers/promises.", ["setTimeout", "setInterval", "setImmediate"], sleepInstead),
  ...forbid(AbortSignal, "AbortSignal.", ["timeout"], "Use the `timeout` of the operation that you wait for."),
  ...forbid(globalThis, "", ["fetch", "WebSocket", "EventSource"], activityInstead),
  ...forbid(http, "http.", ["request", "get"], activityInstead),
  ...forbid(https, "https.", ["request", "get"], activityInstead),
  ...forbid(net, "net.", ["connect", "createConnection"], activityInstead),
  ...forbid(dns, "dns.", ["lookup", "resolve"], activityInstead),
  ...forbid(dns.promises, "dns.promises.", ["lookup", "resolve"], activityInstead),
  ...forbid(childProcess, "child_process.", ["exec", "execFile", "spawn", "fork"], activityInstead),
  ...forbid(childProcess, "child_process.", ["execSync", "execFileSync", "spawnSync"], activityInstead),
  ...forbid(fs, "fs.", fileOperations(""), activityInstead),
  ...forbid(fs, "fs.", fileOperations("Sync"), activityInstead),
  ...forbid(fs.promises, "fs.promises.", fileOperations(""), activityInstead),
];

function fileOperations(suffix: string): string[] {
  return [
    "readFile",
    "writeFile",
    "appendFile",
    "open",
    "stat",
    "readdir",
    "mkdir",
    "rm",
    "unlink",
    "rename",
    "copyFile",
  ].map((name) => name + suffix);
}

function forbid(holder: object, prefix: string, names: readonly string[], instead: string): Patch[] {
  return names.map((name) => ({
    holder,
    name,
    replace: (original) =>
      function (this: unknown, ...args: unknown[]): unknown {
        if (currentScope() !== undefined) throw new NondeterministicCallError(prefix + name, instead);
        return new.target === undefined
          ? Reflect.apply(original, this, args)
          : (Reflect.construct(original, args, new.target) as unknown);
      },
  }));
}
