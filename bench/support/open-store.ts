import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Provider } from "../../src/providers/contract.ts";
import { PostgresProvider } from "../../src/providers/postgres/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";

export type StoreKind = "sqlite" | "postgres";

/** How another process opens the same store. */
export type StoreLocation = { readonly file: string } | { readonly url: string; readonly schema: string };

export const openAt = (location: StoreLocation): Promise<Provider> =>
  "file" in location
    ? SqliteProvider.open(location.file)
    : PostgresProvider.open(location.url, { schema: location.schema });

export interface OpenStore extends AsyncDisposable {
  readonly provider: Provider;
  readonly location: StoreLocation;
  /** The SQLite file; null on PostgreSQL. */
  readonly file: string | null;
  /** Closes the provider and opens another one on the same data, as a new process would. */
  reopen(): Promise<Provider>;
}

/** The folder of the databases must be on the disk that is to be measured: `TMPDIR` says where. */
export async function openStore(kind: StoreKind, url: string | null): Promise<OpenStore> {
  const folder = mkdtempSync(join(tmpdir(), "perdure-bench-"));
  const file = kind === "sqlite" ? join(folder, "store.db") : null;
  const schema = `bench_${randomBytes(6).toString("hex")}`;
  const location = file === null ? { url: url ?? missing(), schema } : { file };
  let provider = await openAt(location);
  return {
    file,
    location,
    get provider() {
      return provider;
    },
    reopen: async () => {
      await provider.close();
      provider = await openAt(location);
      return provider;
    },
    [Symbol.asyncDispose]: async () => {
      await provider.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function missing(): never {
  throw new Error("PostgreSQL needs the URL of a server.");
}
