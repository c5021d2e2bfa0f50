/** One step from a value into a part of it. */
export type PathStep = string | number | { readonly mapKey: unknown } | { readonly setIndex: number };

/** How a person would write the way to a part of a value, as in `input.items[2].callback`. */
export function formatPath(root: string, steps: readonly PathStep[]): string {
  if (steps.length <= maxSteps) return root + steps.map(formatStep).join("");
  const half = maxSteps / 2;
  return `${formatPath(root, steps.slice(0, half))}…${steps.slice(-half).map(formatStep).join("")}`;
}

const maxSteps = 24;
const maxKeyChars = 64;

function formatStep(step: PathStep): string {
  if (typeof step === "number") return `[${step}]`;
  if (typeof step === "string")
    return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step) ? `.${clip(step)}` : `[${quote(step)}]`;
  if ("setIndex" in step) return `.values()[${step.setIndex}]`;
  return `.get(${describeKey(step.mapKey)})`;
}

function describeKey(key: unknown): string {
  if (typeof key === "string") return quote(key);
  return typeof key === "number" || typeof key === "boolean" ? String(key) : "…";
}

const quote = (text: string) => JSON.stringify(clip(text));

const clip = (text: string) => (text.length <= maxKeyChars ? text : `${text.slice(0, maxKeyChars)}…`);
