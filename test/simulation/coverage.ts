/** Counts what a run met: faults, shapes of programs, events, outcomes. */
export class Coverage {
  readonly counts = new Map<string, number>();

  fault(kind: string): void {
    this.count(named("fault", kind));
  }

  shape(kind: string): void {
    this.count(named("shape", kind));
  }

  event(kind: string): void {
    this.count(named("event", kind));
  }

  outcome(kind: string): void {
    this.count(named("outcome", kind));
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

const names = new Map<string, Map<string, string>>();

/** The same string each time: one that was put together anew would have to be hashed anew, at every event. */
function named(group: string, kind: string): string {
  let kinds = names.get(group);
  if (kinds === undefined) names.set(group, (kinds = new Map()));
  let name = kinds.get(kind);
  if (name === undefined) kinds.set(kind, (name = `${group}: ${kind}`));
  return name;
}
