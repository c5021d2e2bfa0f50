/** Runs `count` tasks, so many at once. */
export async function inFlight(
  { count, width }: { readonly count: number; readonly width: number },
  task: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) await task(index);
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
}
