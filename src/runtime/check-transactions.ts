import { types } from "node:util";
import type { AnyActivity } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import type { Provider } from "../providers/contract.ts";

/** Refuses transactional activities that the store cannot run. */
export function checkTransactions({ kind, transactions }: Provider, activities: readonly AnyActivity[]): void {
  for (const { name, run } of activities.filter(({ isTransactional }) => isTransactional)) {
    if (transactions === undefined) {
      throw new InvalidArgumentError(
        `Activity "${name}" is a transaction, and the store (${kind}) has none to give. Make it an activity().`,
      );
    }
    if (transactions.style === "synchronous" && types.isAsyncFunction(run)) {
      throw new InvalidArgumentError(
        `Transaction "${name}" is async, and the store (${kind}) needs a function that is not: an open transaction ` +
          "would block everybody while it waits. Leave out async, and await.",
      );
    }
  }
}
