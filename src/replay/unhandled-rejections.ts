import { currentScope } from "./orchestration-scope.ts";

/*
 * An activity may fail while its orchestration sleeps and has not come to its `Promise.all` yet. To Node that is an
 * unhandled rejection, which would end the process and every other instance with it; to the orchestration it is
 * nothing yet. Node asks `process.emit` first, in the async context in which the promise was rejected, so rejections
 * inside an orchestration are answered for there, and all others go on as if this file did not exist.
 */

let users = 0;
let original: typeof process.emit | undefined;
const absorbed = new WeakSet<object>();

/** Reference-counted; give it back with `releaseRejections`. */
export function absorbRejections(): void {
  users += 1;
  if (users > 1) return;
  // eslint-disable-next-line typescript/unbound-method -- called with its `this` below
  const emit = process.emit;
  original = emit;
  process.emit = function (this: NodeJS.Process, name: string, ...args: unknown[]): boolean {
    if (name === "unhandledRejection" && currentScope() !== undefined) {
      absorbed.add(args[1] as object);
      return true;
    }
    if (name === "rejectionHandled" && absorbed.has(args[0] as object)) return true;
    return Reflect.apply(emit, this, [name, ...args]) as boolean;
  } as typeof process.emit;
}

export function releaseRejections(): void {
  users -= 1;
  if (users > 0 || original === undefined) return;
  process.emit = original;
  original = undefined;
}
