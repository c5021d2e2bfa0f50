import { existsSync } from "node:fs";
import type { Provider } from "../providers/contract.ts";
import { SqliteProvider } from "../providers/sqlite/index.ts";
import { CliError, exitCodes } from "./exit-codes.ts";

export interface StoreOptions {
  readonly store?: string;
  readonly schema?: string;
}

export interface OpenStoreOptions extends StoreOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Makes a store, or brings it up to this release; otherwise one that is not there or not up to date is refused. */
  readonly mayMigrate?: boolean;
}

const isPostgres = (store: string): boolean => /^postgres(ql)?:\/\//.test(store);

export function storeOf({ store, env }: OpenStoreOptions): string {
  const chosen = store ?? env["PERDURE_STORE"];
  if (chosen !== undefined && chosen !== "") return chosen;
  throw new CliError(
    exitCodes.usage,
    "Which store? Give --store app.db, --store postgres://user@host/database, or set PERDURE_STORE.",
  );
}

/** Opens the store that `--store` or `PERDURE_STORE` names. A look at a store must not bring one into being. */
export async function openStore(options: OpenStoreOptions): Promise<Provider> {
  const { schema, mayMigrate = false } = options;
  const store = storeOf(options);
  if (isPostgres(store)) {
    const { PostgresProvider } = await importPostgres();
    const migrations = mayMigrate ? "apply" : "verify";
    return await PostgresProvider.open(store, { migrations, ...(schema !== undefined && { schema }) });
  }
  if (schema !== undefined) throw new CliError(exitCodes.usage, "--schema is for PostgreSQL only.");
  if (!mayMigrate && !existsSync(store)) {
    throw new CliError(exitCodes.notFound, `There is no file ${store}. Check --store or PERDURE_STORE.`);
  }
  return await SqliteProvider.open(store);
}

async function importPostgres() {
  try {
    return await import("../providers/postgres/index.ts");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new CliError(exitCodes.failed, "PostgreSQL needs the package pg: npm install pg");
  }
}
