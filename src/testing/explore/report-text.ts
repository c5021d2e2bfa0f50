import { inspect } from "node:util";
import type { ExploredOutcome } from "./run-schedule.ts";

export function section(title: string, text: string): string {
  return `${title}\n${text.replaceAll(/^/gm, "  ")}`;
}

/** Step by step; the one at `crashAt` is where the node died. */
export function describeSteps(steps: readonly string[], crashAt?: number): string {
  return steps
    .map((step, index) => {
      const crash = index === crashAt ? "   <- the node dies before this is recorded; it happens again" : "";
      return `  ${String(index + 1).padStart(2)}. ${step}${crash}`;
    })
    .join("\n");
}

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

export function inspectShort(value: unknown): string {
  const text = inspect(value, { depth: 6, breakLength: Infinity });
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
