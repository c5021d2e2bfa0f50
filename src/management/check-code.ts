import type { Provider } from "../providers/contract.ts";
import { checkReplay, type CheckReplayOptions, type CheckReport } from "../testing/check-replay.ts";
import type { ExecutionReplay } from "../testing/replay-execution.ts";

/** The code that the instances would have to go on with, and which of them. */
export type CheckRequest = Omit<CheckReplayOptions, "provider">;

/** What a deploy of the code would do to the instances that have not ended. */
export interface CheckView extends Pick<CheckReport, "ok" | "checked" | "failed" | "counts"> {
  /** Those that would not go on, at most 1,000 of them. */
  readonly failures: readonly CheckFailure[];
  /** A text for people. */
  readonly text: string;
}

/** An instance that would not go on with this code, and why. */
export interface CheckFailure extends Omit<ExecutionReplay, "error"> {
  /** Of the error that it would end with, or be put off for. */
  readonly code: string | null;
  readonly message: string | null;
}

export async function checkCode(provider: Provider, request: CheckRequest): Promise<CheckView> {
  const report = await checkReplay({ ...request, provider });
  const { ok, checked, failed, counts, failures } = report;
  return { ok, checked, failed, counts, failures: failures.map(failureView), text: String(report) };
}

const failureView = ({ error, ...failure }: ExecutionReplay): CheckFailure => ({
  ...failure,
  code: error?.code ?? null,
  message: error?.message ?? null,
});
