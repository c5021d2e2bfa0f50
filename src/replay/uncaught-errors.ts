import { currentScope, leaveScope } from "./orchestration-scope.ts";

/*
 * An activity may fail while its orchestration sleeps and has not come to its `Promise.all` yet. To Node that is an
 * unhandled rejection, which would end the process and every other instance with it; to the orchestration it is
 * nothing yet. Node asks `process.emit` first, in the async context in which the promise was rejected or the exception
 * thrown, so what concerns an orchestration is answered for there, and all else goes on as if this file did not exist.
 */

type Emit = typeof process.emit;

let users = 0;
let undo: (() => void) | undefined;
let isAbsorbedAlready = false;
const absorbed = new WeakSet<object>();

/** Reference-counted; give it back with `releaseUncaughtErrors`. */
export function absorbUncaughtErrors(): void {
  users += 1;
  if (users > 1) return;
  const own = Object.getOwnPropertyDescriptor(process, "emit");
  // eslint-disable-next-line typescript/unbound-method -- called with its `this` below
  const { emit } = process;
  const filtering = function (this: NodeJS.Process, name: string, ...args: unknown[]): boolean {
    return absorbs(name, args) || (Reflect.apply(emit, this, [name, ...args]) as boolean);
  } as Emit;
  process.emit = filtering;
  undo = () => {
    // Whoever has wrapped it meanwhile goes on with what they have: it absorbs nothing more.
    if (process.emit !== filtering) return;
    if (own === undefined) delete (process as { emit?: Emit }).emit;
    else Object.defineProperty(process, "emit", own);
  };
}

export function releaseUncaughtErrors(): void {
  users -= 1;
  if (users > 0) return;
  undo?.();
  undo = undefined;
}

function absorbs(name: string, args: readonly unknown[]): boolean {
  switch (name) {
    case "unhandledRejection":
      if (!isAbsorbedAlready && !isInScope()) return false;
      isAbsorbedAlready = false;
      absorbed.add(args[1] as object);
      return true;
    case "rejectionHandled":
      return absorbed.has(args[0] as object);
    case "uncaughtExceptionMonitor":
      return isInScope();
    case "uncaughtException":
      return absorbsException(args[0], args[1]);
    default:
      return false;
  }
}

function absorbsException(error: unknown, origin: unknown): boolean {
  const scope = currentScope();
  if (users === 0 || scope === undefined) return false;
  // With `--unhandled-rejections=strict` a rejection comes as an exception, and right afterwards as itself.
  isAbsorbedAlready = origin === "unhandledRejection";
  if (!isAbsorbedAlready) scope.onUncaught(error);
  // Node goes on to do what orchestrations must not, such as to set an immediate.
  leaveScope();
  return true;
}

const isInScope = () => users > 0 && currentScope() !== undefined;
