import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import type { OpenStore } from "../../src/providers/conformance/scene.ts";

/** A folder for one test's database, removed when the test is over. */
export class SqliteFolder implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "perdure-sqlite-"));
  readonly file = join(this.folder, "test.db");

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const openFileStore: OpenStore = async (clock) => {
  const folder = new SqliteFolder();
  const provider = await SqliteProvider.open(folder.file, { clock });
  return {
    provider,
    openAnother: () => SqliteProvider.open(folder.file, { clock }),
    [Symbol.asyncDispose]: async () => {
      await provider.close();
      folder[Symbol.dispose]();
    },
  };
};

export const openMemoryStore: OpenStore = async (clock) => {
  const provider = await SqliteProvider.open(":memory:", { clock });
  return { provider, openAnother: null, [Symbol.asyncDispose]: () => provider.close() };
};
