import { describe } from "node:test";
import { Connection } from "../../src/providers/sqlite/connection.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { checkCarriedWork } from "./carried-work.ts";
import { SqliteFolder } from "./sqlite-file.ts";

describe("SQLite", () =>
  checkCarriedWork(
    async (clock) => {
      const folder = new SqliteFolder();
      const provider = await SqliteProvider.open(folder.file, { clock });
      return {
        provider,
        openAnother: null,
        carried: async () => {
          const db = Connection.open(folder.file, { readOnly: true });
          const row = db.get<[string | null]>("SELECT carried_id FROM perdure_ownerships WHERE carried_id IS NOT NULL");
          db.close();
          return row?.[0] ?? null;
        },
        [Symbol.asyncDispose]: async () => {
          await provider.close();
          folder[Symbol.dispose]();
        },
      };
    },
    { hasOtherWayAlone: false },
  ));
