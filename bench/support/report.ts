import type { Limits } from "./limits.ts";
import { median } from "./percentiles.ts";
import type { Report } from "./run-workload.ts";
import type { Figure } from "./workload.ts";

/** The figures of one workload as a table, medians of its rounds, and below them what they depend on. */
export function printReport(rounds: readonly Report[]): void {
  const [{ name, store, settings, figures }] = rounds as [Report];
  console.log(`\n${name} on ${store}${rounds.length > 1 ? `: ${rounds.length} rounds, medians` : ""}`);
  for (const [index, { what, unit }] of figures.entries()) {
    const value = median(rounds.map((round) => round.figures[index]?.value ?? Number.NaN));
    console.log(`  ${what.padEnd(48)} ${format({ value, unit }).padStart(14)}  ${ratioOf(index, rounds)}`);
  }
  const given = Object.entries(settings).map(([what, value]) => `${what} ${value}`);
  console.log(`  with ${given.join(", ")}`);
  const limit = (key: keyof Limits) => median(rounds.map(({ limits }) => limits[key] ?? Number.NaN));
  const oneRow = limit("oneRowCommitMs");
  console.log(
    `  limits of the machine meanwhile: fdatasync ${limit("fdatasyncMs").toFixed(2)} ms, ` +
      `bare writer ${Math.round(limit("bareWriterStepsPerSecond"))} steps/s` +
      (Number.isNaN(oneRow) ? "" : `, one-row commit ${oneRow.toFixed(2)} ms`),
  );
}

/** A bare time says more about the machine than about the program. Each round is set against its own limits. */
function ratioOf(index: number, rounds: readonly Report[]): string {
  const ratio = (limitOf: (limits: Limits) => number) =>
    median(rounds.map(({ figures, limits }) => (figures[index]?.value ?? Number.NaN) / limitOf(limits)));
  const [{ figures, limits }] = rounds as [Report];
  const against = figures[index]?.against;
  if (against === undefined) return "";
  if (against === "bare writer") {
    return `${(ratio(({ bareWriterStepsPerSecond }) => bareWriterStepsPerSecond) * 100).toFixed(1)} % of the bare writer`;
  }
  return limits.oneRowCommitMs === null
    ? `${ratio(({ fdatasyncMs }) => fdatasyncMs).toFixed(2)} x fdatasync`
    : `${ratio(({ oneRowCommitMs }) => oneRowCommitMs ?? Number.NaN).toFixed(2)} x one-row commit`;
}

export function format({ value, unit }: Pick<Figure, "value" | "unit">): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 3;
  return `${value.toFixed(digits)} ${unit}`;
}
