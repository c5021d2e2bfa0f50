import { MoveConflictError } from "../errors/index.ts";
import type { MoveRequest } from "./seal-by.ts";

/** Before anything is moved: an id that is in use in both stores would leave the move stuck half way. */
export async function checkOverlap({ from, to }: MoveRequest): Promise<void> {
  let cursor: string | null = null;
  do {
    const page = await from.listInstances({ statuses: null, name: null, quarantined: null, limit: 20, cursor });
    const found = await Promise.all(page.instances.map(({ instanceId }) => to.readInstance(instanceId)));
    const both = found.find((record) => record !== null);
    if (both !== undefined) {
      throw new MoveConflictError(
        `Both stores have an instance "${both?.instanceId}". Nothing was moved. Delete one of the two, or move into ` +
          "another store.",
      );
    }
    ({ cursor } = page);
  } while (cursor !== null);
}
