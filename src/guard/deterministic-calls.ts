import crypto from "node:crypto";
import { currentScope } from "../replay/index.ts";
import type { Patch } from "./patches.ts";

type Method = (...args: never[]) => unknown;

/** What has a deterministic counterpart: inside an orchestration it gives that, outside it is what it was. */
export const deterministicCalls: readonly Patch[] = [
  { holder: Date, name: "now", replace: (original) => () => (currentScope()?.now ?? original)() },
  { holder: globalThis, name: "Date", replace: () => scopedDate(Date) },
  { holder: Math, name: "random", replace: (original) => () => (currentScope()?.random ?? original)() },
  {
    holder: performance,
    name: "now",
    replace: (original) => () => currentScope()?.now() ?? Reflect.apply(original, performance, []),
  },
  ...[crypto, globalThis.crypto].flatMap((holder): Patch[] => [
    { holder, name: "randomUUID", replace: (original) => scopedUuid(holder, original) },
    { holder, name: "getRandomValues", replace: (original) => scopedValues(holder, original) },
  ]),
  { holder: crypto, name: "randomBytes", replace: scopedBytes },
  { holder: process, name: "nextTick", replace: scopedTick },
];

type Callback = (...args: unknown[]) => void;

// Streams in memory and the like go on in ticks. Whether those still belong to a turn would depend on what comes next
// in its batch; every microtask does.
function scopedTick(original: Method): unknown {
  return (callback: Callback, ...args: unknown[]): void => {
    if (currentScope() !== undefined && typeof callback === "function") queueMicrotask(() => callback(...args));
    else Reflect.apply(original, process, [callback, ...args]);
  };
}

function scopedBytes(original: Method): unknown {
  return (size: number, callback?: Callback): unknown => {
    const scope = currentScope();
    if (scope === undefined) return Reflect.apply(original, crypto, callback === undefined ? [size] : [size, callback]);
    const bytes = Buffer.from(scope.bytes(size).buffer);
    if (callback === undefined) return bytes;
    return queueMicrotask(() => callback(null, bytes));
  };
}

/** The same class, so that `instanceof`, prototypes and dates made before or after are not affected. */
function scopedDate(original: DateConstructor): DateConstructor {
  const scoped = new Proxy(original, {
    construct(target, args, newTarget) {
      const scope = args.length === 0 ? currentScope() : undefined;
      return Reflect.construct(target, scope === undefined ? args : [scope.now()], newTarget) as Date;
    },
    apply(target, self, args) {
      const scope = currentScope();
      return scope === undefined ? Reflect.apply(target, self, args) : new target(scope.now()).toString();
    },
  });
  return scoped;
}

function scopedUuid(holder: object, original: Method): unknown {
  return (...args: unknown[]): unknown => currentScope()?.uuid() ?? Reflect.apply(original, holder, args);
}

function scopedValues(holder: object, original: Method): unknown {
  return (...args: [ArrayBufferView, ...unknown[]]): unknown => {
    const scope = currentScope();
    const [target] = args;
    if (scope === undefined || !ArrayBuffer.isView(target)) return Reflect.apply(original, holder, args);
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    bytes.set(scope.bytes(bytes.length));
    return target;
  };
}
