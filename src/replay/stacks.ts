/*
 * The stack of an error says how the code came to run, and that is not the same in a live turn, in a replay, and after
 * a deploy that moved a line. So nothing of it may become a difference: what the engine makes has no stack, what the
 * user's code makes keeps only the user's frames, and decisions are compared without any.
 */

const libraryFolder = new URL("..", import.meta.url).href;
const engineFile = new URL("engine.", import.meta.url).href;
const isFrame = /^\s+at /;

/** The same error, with no more of a stack than its first line. */
export function withoutStack<E extends Error>(error: E): E {
  const value = `${error.name}: ${error.message}`;
  return Object.defineProperty(error, "stack", { value, enumerable: false, writable: true, configurable: true });
}

/** A stored value, with only the user's frames in the stacks of its errors. */
export const withUserStacks = (text: string): string => mapStacks(text, userStack);

/** Whether two stored values are the same but for the stacks of their errors. */
export function isSameValue(a: string, b: string): boolean {
  return a === b || mapStacks(a, nothing) === mapStacks(b, nothing);
}

const nothing = () => undefined;

function userStack(stack: string): string | undefined {
  const lines = stack.split("\n");
  // Below the engine is what drives it.
  const bottom = lines.findIndex((line) => line.includes(engineFile));
  const kept = (bottom === -1 ? lines : lines.slice(0, bottom)).filter(
    (line) => !isFrame.test(line) || !isForeign(line),
  );
  return kept.some((line) => isFrame.test(line)) ? kept.join("\n") : undefined;
}

const isForeign = (frame: string) => frame.includes(libraryFolder) || frame.includes("(node:internal");

function mapStacks(text: string, map: (stack: string) => string | undefined): string {
  if (!text.includes('"stack":"')) return text;
  return JSON.stringify(
    JSON.parse(text, function (this: object, key: string, value: unknown) {
      return key === "stack" && typeof value === "string" && isStoredError(this) ? map(value) : value;
    }),
  );
}

const isStoredError = (holder: object) => "name" in holder && "message" in holder;
