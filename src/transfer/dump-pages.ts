import type { InstanceDump, Provider } from "../providers/contract.ts";

/** What is held in memory at a time, unless one instance alone is larger. */
const maxBytes = 4 * 1024 * 1024;

const limit = 500;

/** All instances of a store, oldest first. */
export async function* pagesOf({ transfer }: Provider): AsyncGenerator<readonly InstanceDump[]> {
  let cursor: string | null = null;
  do {
    const page = await transfer.dump({ cursor, limit, maxBytes });
    if (page.dumps.length > 0) yield page.dumps;
    ({ cursor } = page);
  } while (cursor !== null);
}
