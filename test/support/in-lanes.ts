/** Does something with each item, so many side by side: for runs that mostly wait. The first failure ends it. */
export async function inLanes<T>(width: number, items: Iterable<T>, run: (item: T) => Promise<void>): Promise<void> {
  const left = Iterator.from(items);
  const lane = async (): Promise<void> => {
    for (const item of left) await run(item);
  };
  await Promise.all(Array.from({ length: width }, lane));
}
