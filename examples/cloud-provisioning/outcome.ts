import type { Environment } from "./orchestrations.ts";

/** How a request ended. */
export type Outcome =
  | ({ readonly status: "completed" } & Environment)
  | { readonly status: "failed"; readonly code: string | undefined; readonly reason: string };

export async function outcomeOf(result: Promise<Environment>): Promise<Outcome> {
  try {
    return { status: "completed", ...(await result) };
  } catch (error) {
    return { status: "failed", code: codeOf(error), reason: (error as Error).message };
  }
}

/** The cloud's code stands at the bottom of the chain: what failed is an activity, in a child, in an instance. */
function codeOf(error: unknown): string | undefined {
  const { cause, code } = error as { cause?: unknown; code?: string };
  return cause === undefined ? code : (codeOf(cause) ?? code);
}
