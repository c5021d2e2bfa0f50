const ownFolder = new URL("..", import.meta.url).href;
const maxFrames = 30;

/**
 * Where the user's code stands: the innermost frame that is not the library's, such as
 * `checkout (file:///app/a.ts:9:3)`. Undefined when the stack has none, because the code was entered from a microtask.
 */
export function callSite(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = maxFrames;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  return userFrame(stack);
}

/** The innermost frame of a stack that is not the library's, nor Node's, nor that of a function that only awaits. */
export function userFrame(stack: unknown): string | undefined {
  if (typeof stack !== "string") return undefined;
  const frame = stack
    .split("\n")
    .find((line) => isFrame.test(line) && !line.includes(ownFolder) && !isNodes.test(line));
  return frame?.trimStart().slice("at ".length);
}

// With a position: `Array.map (<anonymous>)` and a line of a message have none.
const isFrame = /^\s+at (?!async ).*:\d+:\d+\)?$/;
const isNodes = /[ (]node:internal/;
