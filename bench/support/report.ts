import type { Report } from "./run-workload.ts";
import type { Figure } from "./workload.ts";

/** The figures of one workload as a table, and below them what they depend on. */
export function printReport(report: Report): void {
  const { name, store, settings, limits, figures } = report;
  console.log(`\n${name} on ${store}`);
  for (const figure of figures) {
    const ratio = ratioOf(figure, report);
    console.log(`  ${figure.what.padEnd(48)} ${format(figure).padStart(14)}  ${ratio ?? ""}`);
  }
  const given = Object.entries(settings).map(([what, value]) => `${what} ${value}`);
  console.log(`  with ${given.join(", ")}`);
  console.log(
    `  limits of the machine meanwhile: fdatasync ${limits.fdatasyncMs.toFixed(2)} ms, ` +
      `bare writer ${Math.round(limits.bareWriterStepsPerSecond)} steps/s` +
      (limits.oneRowCommitMs === null ? "" : `, one-row commit ${limits.oneRowCommitMs.toFixed(2)} ms`),
  );
}

/** A bare time says more about the machine than about the program. */
function ratioOf({ value, against }: Figure, { limits }: Report): string | undefined {
  if (against === undefined) return undefined;
  if (against === "bare writer") {
    return `${((value / limits.bareWriterStepsPerSecond) * 100).toFixed(1)} % of the bare writer`;
  }
  return limits.oneRowCommitMs === null
    ? `${(value / limits.fdatasyncMs).toFixed(2)} x fdatasync`
    : `${(value / limits.oneRowCommitMs).toFixed(2)} x one-row commit`;
}

export function format({ value, unit }: Pick<Figure, "value" | "unit">): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 3;
  return `${value.toFixed(digits)} ${unit}`;
}
