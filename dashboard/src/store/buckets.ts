import type { TrafficView } from "../../../src/management/index.ts";

/** What happened in one part of the time that is shown. */
export interface Bucket {
  readonly from: number;
  readonly to: number;
  readonly started: number;
  readonly ended: number;
  readonly failed: number;
  /** Null when nothing ended in it. */
  readonly p50: number | null;
  readonly p95: number | null;
}

const wanted = 40;

/** The time that is shown, in equal parts. When not everything is there, it begins where everything is. */
export function bucketed({ since, storeNow, startedAt, ended, isTruncated }: TrafficView): readonly Bucket[] {
  const starts = startedAt.map((at) => Date.parse(at));
  const ends = ended.map((one) => ({ ...one, at: Date.parse(one.endedAt) }));
  const to = Date.parse(storeNow);
  const oldest = Math.max(starts.at(-1) ?? 0, ends.at(-1)?.at ?? 0);
  const from = isTruncated ? Math.min(to - 1_000, oldest) : Date.parse(since);
  const width = (to - from) / wanted;
  const indexOf = (at: number) => Math.min(wanted - 1, Math.floor((at - from) / width));
  const startedIn = Map.groupBy(starts, indexOf);
  const endedIn = Map.groupBy(ends, ({ at }) => indexOf(at));
  return Array.from({ length: wanted }, (_, index) => {
    const here = endedIn.get(index) ?? [];
    const took = here.map(({ tookMs }) => tookMs);
    return {
      from: from + index * width,
      to: from + (index + 1) * width,
      started: startedIn.get(index)?.length ?? 0,
      ended: here.length,
      failed: here.filter(({ status }) => status === "failed").length,
      p50: took.length === 0 ? null : percentile(took, 0.5),
      p95: took.length === 0 ? null : percentile(took, 0.95),
    };
  });
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
