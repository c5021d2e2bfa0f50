import { PostgresProvider } from "../../src/providers/postgres/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import type { Provider } from "../../src/providers/contract.ts";

/** Where a store is, as one process can tell another. */
export type Address =
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "postgres"; readonly url: string; readonly schema: string };

export function openAt(address: Address): Promise<Provider> {
  return address.kind === "sqlite"
    ? SqliteProvider.open(address.file)
    : PostgresProvider.open(address.url, { schema: address.schema });
}
