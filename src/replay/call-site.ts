const ownFolder = new URL("..", import.meta.url).href;

/**
 * Where the user's code stands: the innermost frame that is not the library's, such as `checkout (file:///app/a.ts:9:3)`.
 * Undefined when the stack has none, because the code was entered from a microtask.
 */
export function callSite(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 30;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = limit;
  const frames = stack.split("\n").slice(1);
  const frame = frames.find((line) => !line.includes(ownFolder) && !line.includes("node:internal"));
  return frame?.trim().replace(/^at (async )?/, "");
}
