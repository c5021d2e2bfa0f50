import type { ExploredOutcome } from "./run-schedule.ts";
import { valueText } from "./value-text.ts";

export function section(title: string, text: string): string {
  return `${title}\n${text.replaceAll(/^/gm, "  ")}`;
}

/** Something to be said of one step. */
export interface StepNote {
  readonly at: number | undefined;
  readonly what: string;
}

/** Step by step. */
export function describeSteps(steps: readonly string[], note?: StepNote): string {
  return steps
    .map(
      (step, index) => `  ${String(index + 1).padStart(2)}. ${step}${index === note?.at ? `   <- ${note.what}` : ""}`,
    )
    .join("\n");
}

export const crashNote = (at: number | undefined): StepNote => ({
  at,
  what: "the node dies before this is recorded; it happens again",
});

export function describeOutcome({ status, value, error, waitingFor, observed }: ExploredOutcome): string {
  const end =
    error !== undefined
      ? `${status}: ${error.name}: ${error.message.split("\n")[0]}`
      : status === "completed"
        ? `completed: ${inspectShort(value)}`
        : status === "waiting"
          ? `waiting for ${waitingFor?.join(", ") ?? "nothing"}`
          : status;
  return observed === undefined ? end : `${end}; observed ${inspectShort(observed)}`;
}

export const inspectShort = (value: unknown): string => valueText(value, 200);
