import type { BoundSummary } from "./bounds.ts";
import type { Violation } from "./checker/index.ts";

export interface ChaosReport {
  readonly command: string;
  readonly store: string;
  readonly seed: number;
  readonly nodes: number;
  readonly leaseMs: number;
  readonly seconds: number;
  readonly started: number;
  readonly ended: number;
  /** Children included. */
  readonly checkedInstances: number;
  /** Checks in the middle of everything. */
  readonly snapshots: number;
  readonly activities: number;
  readonly activityExecutions: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly bounds: readonly BoundSummary[];
  /** Lines that one process logged in its busiest second. */
  readonly busiestSecondOfLog: number;
  readonly violations: readonly Violation[];
}

const shown = 30;

export function printReport(report: ChaosReport): void {
  const { violations, faults, bounds, command } = report;
  const line = (what: string, value: string | number) =>
    console.log(`  ${what.padEnd(36)} ${String(value).padStart(9)}`);
  console.log(`\n${report.nodes} nodes on ${report.store}, lease ${report.leaseMs} ms, ${report.seconds} s`);
  line("instances started", report.started);
  line("instances ended", report.ended);
  line("instances checked, with children", report.checkedInstances);
  line("checks while faults were at work", report.snapshots);
  line("activities", report.activities);
  line("executions of activities", report.activityExecutions);
  line("lines logged in the busiest second", report.busiestSecondOfLog);
  console.log("\nfaults");
  for (const [kind, count] of Object.entries(faults)) line(kind, count);
  console.log(`\n${"bounds, in ms".padEnd(20)} ${["count", "p50", "p99", "max", "limit"].map(column).join("")}`);
  for (const { name, count, p50, p99, max, limitMs } of bounds) {
    console.log(`  ${name.padEnd(18)} ${[count, p50, p99, max, limitMs].map(column).join("")}`);
  }
  console.log(`\n${violations.length} violations`);
  for (const { invariant, what } of violations.slice(0, shown)) console.log(`  ${invariant}: ${what}`);
  if (violations.length > shown) console.log(`  and ${violations.length - shown} more`);
  if (violations.length > 0) console.log(`\nTo repeat: ${command}`);
}

const column = (value: string | number): string => String(value).padStart(8);
