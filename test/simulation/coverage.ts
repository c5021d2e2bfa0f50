/** Counts what a run met: faults, shapes of programs, events, outcomes. */
export class Coverage {
  readonly counts = new Map<string, number>();

  fault(kind: string): void {
    this.count(`fault: ${kind}`);
  }

  shape(kind: string): void {
    this.count(`shape: ${kind}`);
  }

  event(kind: string): void {
    this.count(`event: ${kind}`);
  }

  outcome(kind: string): void {
    this.count(`outcome: ${kind}`);
  }

  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  /** For people to read. */
  lines(): string[] {
    const entries = [...this.counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([what, times]) => `${what.padEnd(44)} ${String(times).padStart(8)}`);
  }

  add(others: Iterable<readonly [string, number]>): void {
    for (const [what, times] of others) this.count(what, times);
  }
}
