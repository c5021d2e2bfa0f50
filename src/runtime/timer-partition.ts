/** Timer rows are spread over this many partitions, so that many nodes can look for due ones side by side. */
const timerPartitions = 4;

export const allTimerPartitions: readonly number[] = Array.from({ length: timerPartitions }, (_, index) => index);

/** All timers of one instance are in one partition. Any spread will do, as long as it never changes. */
export function timerPartition(instanceId: string): number {
  let hash = 0;
  for (let index = 0; index < instanceId.length; index += 1) hash = (hash * 31 + instanceId.charCodeAt(index)) | 0;
  return Math.abs(hash) % timerPartitions;
}
